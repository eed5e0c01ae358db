# SPDX-License-Identifier: MIT
#
# Windows on x86-64, built with mingw-w64.
set(HOLDFAST_TARGET x86_64-w64-mingw32)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
set(HOLDFAST_WINE_BITS 64)
include(${CMAKE_CURRENT_LIST_DIR}/mingw-w64.cmake)

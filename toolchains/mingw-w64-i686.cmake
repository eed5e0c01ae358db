# SPDX-License-Identifier: MIT
#
# Windows on 32-bit x86, built with mingw-w64. Its programs run only where a 32-bit wine exists.
set(HOLDFAST_TARGET i686-w64-mingw32)
set(CMAKE_SYSTEM_PROCESSOR X86)
set(HOLDFAST_WINE_BITS 32)
include(${CMAKE_CURRENT_LIST_DIR}/mingw-w64.cmake)

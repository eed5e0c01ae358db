# SPDX-License-Identifier: MIT
#
# What the two mingw-w64 toolchains share. HOLDFAST_TARGET is set by the file that includes this.
#
# The `-win32` thread model is asked for by name: programs of the `-posix` one need an extra DLL,
# and Debian lets `<target>-gcc` be either of them.
set(CMAKE_SYSTEM_NAME Windows)

find_program(HOLDFAST_MINGW_CC NAMES ${HOLDFAST_TARGET}-gcc-win32 ${HOLDFAST_TARGET}-gcc)
if(NOT HOLDFAST_MINGW_CC)
    set(HOLDFAST_MINGW_CC ${HOLDFAST_TARGET}-gcc)
endif()
set(CMAKE_C_COMPILER ${HOLDFAST_MINGW_CC})
set(CMAKE_RC_COMPILER ${HOLDFAST_TARGET}-windres)

# No program of ours may need a libgcc DLL beside it.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static-libgcc)
set(CMAKE_SHARED_LINKER_FLAGS_INIT -static-libgcc)

list(APPEND CMAKE_FIND_ROOT_PATH /usr/${HOLDFAST_TARGET})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# Without an emulator CMake builds the tests and cannot run them; `./dev test` then says so.
execute_process(
    COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/wine.sh has ${HOLDFAST_WINE_BITS}
    RESULT_VARIABLE no_wine OUTPUT_QUIET ERROR_QUIET)
if(NOT no_wine)
    set(CMAKE_CROSSCOMPILING_EMULATOR sh ${CMAKE_CURRENT_LIST_DIR}/wine.sh run)
endif()

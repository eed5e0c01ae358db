# SPDX-License-Identifier: MIT
#
# cmake -DSOURCE_DIR=... -P fence_order.cmake
#
# Builds tests/unit/test_fence_order.c with all sources of the library in one go at -O3 -flto, where
# a compiler sees through every call, and runs it: with gcc and with clang, whichever are there.
cmake_minimum_required(VERSION 3.25)

file(GLOB sources ${SOURCE_DIR}/src/*/*.c ${SOURCE_DIR}/posix/*.c)
string(RANDOM LENGTH 8 name)
set(program ${CMAKE_CURRENT_BINARY_DIR}/fence-order-${name})

set(tried "")
foreach(compiler gcc clang)
    find_program(found_${compiler} ${compiler})
    if(NOT found_${compiler})
        message("skipped: no ${compiler}")
        continue()
    endif()
    execute_process(
        COMMAND ${found_${compiler}} -std=c11 -O3 -flto -DNDEBUG -DHF_STATIC -DHF_BUILDING
            -I${SOURCE_DIR}/include -I${SOURCE_DIR}/src -I${SOURCE_DIR}/posix
            ${SOURCE_DIR}/tests/unit/test_fence_order.c ${sources} -o ${program}
            -lffi -ldl -lpthread
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT status EQUAL 0)
        string(FIND "${output}" "LLVMgold" no_plugin)
        if(NOT no_plugin EQUAL -1)
            message("skipped: ${compiler} has no linker for -flto")
            continue()
        endif()
        message(FATAL_ERROR "${compiler} cannot build it:\n${output}")
    endif()
    execute_process(COMMAND ${program}
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
    file(REMOVE ${program})
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "${compiler} -O3 -flto: ended ${status}\n${output}")
    endif()
    string(APPEND tried " ${compiler}")
endforeach()
message("-O3 -flto:${tried}")

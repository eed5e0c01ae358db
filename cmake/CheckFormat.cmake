# SPDX-License-Identifier: MIT
#
# cmake -DSOURCE_DIR=... -P CheckFormat.cmake: fails where clang-format 14 would change a file.
# Other versions of it disagree with each other, so without that one the test is skipped by name.
find_program(clang_format NAMES clang-format-14 clang-format)
set(version "")
if(clang_format)
    execute_process(COMMAND ${clang_format} --version OUTPUT_VARIABLE version)
endif()
if(NOT version MATCHES "version 14\\.")
    message("clang-format 14 is not installed: nothing checked")
    return()
endif()

set(files "")
foreach(folder include src win32 posix tests examples)
    file(GLOB_RECURSE found ${SOURCE_DIR}/${folder}/*.c ${SOURCE_DIR}/${folder}/*.h)
    list(APPEND files ${found})
endforeach()
if(files)
    execute_process(COMMAND ${clang_format} --dry-run -Werror ${files} RESULT_VARIABLE status)
    if(status)
        message(FATAL_ERROR "the format differs from .clang-format; ./dev format puts it right")
    endif()
endif()

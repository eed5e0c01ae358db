# SPDX-License-Identifier: MIT
#
# Functions that can be read without scrolling, and files with one idea. The format puts the braces of
# a function, and of nothing else, alone in the first column; that is what is counted.
include("${CMAKE_CURRENT_LIST_DIR}/common/Lint.cmake")

set(function_lines_max 70)
set(file_lines_max 500)

function(check_functions file lines)
    set(number 0)
    set(start 0)
    set(head "")
    foreach(line IN LISTS lines)
        math(EXPR number "${number} + 1")
        if(line STREQUAL "{")
            set(start ${number})
        elseif(line STREQUAL "}" AND start)
            math(EXPR size "${number} - ${start} + 1")
            if(size GREATER function_lines_max)
                lint_fault(${file} ${start}
                    "function of ${size} lines, ${function_lines_max} allowed: ${head}")
            endif()
            set(start 0)
        elseif(NOT start AND line MATCHES "^[A-Za-z].*\\(")
            set(head "${line}")
        endif()
    endforeach()
endfunction()

lint_find(files "src;win32;posix" "*.c;*.h")
foreach(file IN LISTS files)
    lint_read(text ${file})
    lint_split(lines "${text}")
    list(LENGTH lines count)
    if(count GREATER file_lines_max)
        lint_fault(${file} ${count} "file of ${count} lines, ${file_lines_max} allowed")
    endif()
    check_functions(${file} "${lines}")
endforeach()

lint_end("${files}")

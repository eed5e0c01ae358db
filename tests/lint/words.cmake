# SPDX-License-Identifier: MIT
#
# Words that do not belong where they stand: platform macros and system headers outside the platform
# folders, memory that the allocation hook does not see, tabs, long lines, a missing licence line, and
# words of unfinished work.
include("${CMAKE_CURRENT_LIST_DIR}/common/Lint.cmake")

set(columns_max 100)
set(begin "(^|[^A-Za-z0-9_])")
set(end "([^A-Za-z0-9_]|$)")

set(platform_macros
    "${begin}(_WIN32|_WIN64|__linux__|__unix__|__APPLE__|_MSC_VER|__MINGW32__|__MINGW64__)${end}")
set(memory_calls "${begin}(malloc|calloc|realloc|free) *\\(")
# C11, without <threads.h> and <signal.h>: what they do is the platform's.
set(standard_headers assert ctype errno float inttypes iso646 limits math stdalign stdarg stdatomic
    stdbool stddef stdint stdio stdlib stdnoreturn string time)
set(unfinished
    "${begin}(todo|fixme|xxx|tbd|hack|unimplemented|placeholder)${end}|not (yet )?implemented|coming soon")

function(forbid file lines regex rule)
    set(number 0)
    foreach(line IN LISTS lines)
        math(EXPR number "${number} + 1")
        if(line MATCHES "${regex}")
            lint_code(code "${line}")
            if(code MATCHES "${regex}")
                lint_fault(${file} ${number} "${rule}: ${CMAKE_MATCH_2}")
            endif()
        endif()
    endforeach()
endfunction()

function(check_headers file lines)
    set(number 0)
    foreach(line IN LISTS lines)
        math(EXPR number "${number} + 1")
        if(line MATCHES "^ *# *include *<([^>]*)>")
            set(header "${CMAKE_MATCH_1}")
            string(REGEX REPLACE "\\.h$" "" name "${header}")
            if(NOT name IN_LIST standard_headers AND NOT header MATCHES "^(holdfast/.*|holdfast\\.h|ffi\\.h)$")
                lint_fault(${file} ${number} "system header outside win32/ and posix/: <${header}>")
            endif()
        endif()
    endforeach()
endfunction()

# Rules about src/ and include/ alone.
function(check_library_text file text lines)
    if(NOT file STREQUAL "include/holdfast/export.h" AND text MATCHES "${platform_macros}")
        forbid(${file} "${lines}" "${platform_macros}" "platform macro outside win32/ and posix/")
    endif()
    if(file MATCHES "^src/" AND NOT file STREQUAL "src/base/alloc.c"
       AND text MATCHES "${memory_calls}")
        forbid(${file} "${lines}" "${memory_calls}" "memory not from base/alloc.h")
    endif()
    check_headers(${file} "${lines}")
endfunction()

function(check_line_lengths file lines)
    set(number 0)
    foreach(line IN LISTS lines)
        math(EXPR number "${number} + 1")
        string(LENGTH "${line}" bytes)
        if(bytes GREATER columns_max)
            lint_width(width "${line}")
            if(width GREATER columns_max)
                lint_fault(${file} ${number} "line of ${width} columns, ${columns_max} allowed")
            endif()
        endif()
    endforeach()
endfunction()

# Faults are rare, so the whole text is asked first and its lines only if they hold one.
function(check_every_line file text lines regex rule)
    string(TOLOWER "${text}" lower)
    if(NOT lower MATCHES "${regex}")
        return()
    endif()
    set(number 0)
    foreach(line IN LISTS lines)
        math(EXPR number "${number} + 1")
        string(TOLOWER "${line}" lower)
        if(lower MATCHES "${regex}")
            lint_fault(${file} ${number} "${rule}")
        endif()
    endforeach()
endfunction()

lint_find(c_files "src;include;win32;posix;tests;examples" "*.c;*.h")
lint_find(cmake_files "src;include;win32;posix;tests;examples;cmake;toolchains" "*.cmake;CMakeLists.txt")
lint_find(text_files "docs;examples;tests" "*.md")
file(GLOB top_files LIST_DIRECTORIES false RELATIVE "${SOURCE_DIR}"
    "${SOURCE_DIR}/*.md" "${SOURCE_DIR}/CMakeLists.txt" "${SOURCE_DIR}/dev")
set(files ${c_files} ${cmake_files} ${text_files} ${top_files})

foreach(file IN LISTS files)
    lint_read(text ${file})
    lint_split(lines "${text}")
    if(file IN_LIST c_files)
        if(NOT text MATCHES "^/\\* SPDX-License-Identifier: MIT \\*/\n")
            lint_fault(${file} 1 "the first line is not /* SPDX-License-Identifier: MIT */")
        endif()
        check_line_lengths(${file} "${lines}")
    elseif(file IN_LIST cmake_files AND NOT text MATCHES "^# SPDX-License-Identifier: MIT\n")
        lint_fault(${file} 1 "the first line is not # SPDX-License-Identifier: MIT")
    endif()
    if(file MATCHES "^(src|include)/.*\\.[ch]$")
        check_library_text(${file} "${text}" "${lines}")
    endif()
    check_every_line(${file} "${text}" "${lines}" "\t" "tab")
    if(NOT file STREQUAL "tests/lint/words.cmake")
        check_every_line(${file} "${text}" "${lines}" "${unfinished}" "word of unfinished work")
    endif()
endforeach()

lint_end("${files}")

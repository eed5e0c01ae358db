# SPDX-License-Identifier: MIT
#
# What the lint scripts share: finding files, reading them by line, and collecting faults. A script
# looks at everything before it fails, so that one run names all there is to repair.
cmake_minimum_required(VERSION 3.25)

if(NOT IS_DIRECTORY "${SOURCE_DIR}/src")
    message(FATAL_ERROR "usage: cmake -DSOURCE_DIR=<top of the tree> -P ${CMAKE_SCRIPT_MODE_FILE}")
endif()

# CMake gives these characters a meaning in lists; while a text is a list of lines, others stand for
# them. Each is replaced by one, so that lengths hold.
string(ASCII 1 lint_semicolon)
string(ASCII 2 lint_open)
string(ASCII 3 lint_close)
string(ASCII 4 lint_backslash)
string(ASCII 128 lint_trail_low)
string(ASCII 191 lint_trail_high)

# lint_find(<out> <folders> <patterns>): files below the folders, relative to the top, sorted.
function(lint_find out folders patterns)
    set(globs "")
    foreach(folder IN LISTS folders)
        foreach(pattern IN LISTS patterns)
            list(APPEND globs "${SOURCE_DIR}/${folder}/${pattern}")
        endforeach()
    endforeach()
    file(GLOB_RECURSE files LIST_DIRECTORIES false RELATIVE "${SOURCE_DIR}" ${globs})
    list(SORT files)
    set(${out} "${files}" PARENT_SCOPE)
endfunction()

# lint_read(<out> <file>): the text, with the replacements above.
function(lint_read out file)
    file(READ "${SOURCE_DIR}/${file}" text)
    string(REPLACE "\\" "${lint_backslash}" text "${text}")
    string(REPLACE ";" "${lint_semicolon}" text "${text}")
    string(REPLACE "[" "${lint_open}" text "${text}")
    string(REPLACE "]" "${lint_close}" text "${text}")
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

# lint_split(<out> <text>): its lines as a list, without the nothing behind the last line feed.
function(lint_split out text)
    string(REGEX REPLACE "\n$" "" text "${text}")
    string(REPLACE "\n" ";" lines "${text}")
    set(${out} "${lines}" PARENT_SCOPE)
endfunction()

# lint_code(<out> <line>): the line without its comments; nothing for a line within a comment. Relies
# on the format of this project, where such a line begins with a star and a space.
function(lint_code out line)
    if(line MATCHES "^ *(\\*( |$|/)|//)")
        set(line "")
    elseif(line MATCHES "/[*/]")
        string(REGEX REPLACE "/\\*[^*]*\\*/" "" line "${line}")
        string(REGEX REPLACE "/[*/].*$" "" line "${line}")
    endif()
    set(${out} "${line}" PARENT_SCOPE)
endfunction()

# lint_width(<out> <line>): columns, which are characters and not bytes.
function(lint_width out line)
    string(REGEX REPLACE "[${lint_trail_low}-${lint_trail_high}]" "" line "${line}")
    string(LENGTH "${line}" width)
    set(${out} ${width} PARENT_SCOPE)
endfunction()

# lint_fault(<file> <line number> <rule>): remembers a fault.
function(lint_fault file number rule)
    message("${file}:${number}: ${rule}")
    set_property(GLOBAL APPEND PROPERTY lint_faults "${file}:${number}")
endfunction()

# lint_end(<what was read>): fails if there was a fault. Reading nothing is one, too.
function(lint_end files)
    get_property(faults GLOBAL PROPERTY lint_faults)
    list(LENGTH faults fault_count)
    list(LENGTH files file_count)
    if(fault_count)
        message(FATAL_ERROR "${fault_count} faults in ${file_count} files")
    elseif(NOT file_count)
        message(FATAL_ERROR "no file found below ${SOURCE_DIR}")
    endif()
    message("${file_count} files in order")
endfunction()

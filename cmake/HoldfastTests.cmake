# SPDX-License-Identifier: MIT
#
# How test sources become CTest entries. What a test needs it says itself, in its first five lines:
#
#   /* hf-test: threaded timeout=120 */     words for all kinds of tests
#   /* hf-test: finalizers */               it is about them: not run with HOLDFAST_FINALIZERS=off
#   /* hf-test: windows */                  built on that system only (or: posix)
#   /* hf-test: library=NAME */            built where that library and lib<NAME>.h are
#   /* hf-test: expect=REGEX */             death tests: what the output must match
#   /* hf-example: posix */                 examples: all (as without the line), posix or windows

# The emulator is a list; as one argument of a script it has another separator.
string(REPLACE ";" "|" holdfast_emulator "${CMAKE_CROSSCOMPILING_EMULATOR}")

# holdfast_read_words(<tag> <file> <variable>): the words behind `tag:` in the first lines of a
# file. The build files are made again when the file changes, because these words are part of them.
function(holdfast_read_words tag file variable)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(STRINGS ${file} lines LIMIT_COUNT 5)
    set(words "")
    foreach(line IN LISTS lines)
        if(line MATCHES "${tag}: *(.*)$")
            string(REGEX REPLACE " *\\*/ *$" "" found "${CMAKE_MATCH_1}")
            string(APPEND words " ${found}")
        endif()
    endforeach()
    string(STRIP "${words}" words)
    set(${variable} "${words}" PARENT_SCOPE)
endfunction()

# holdfast_is_for_here(<words> <variable>): whether words name this system, or none.
function(holdfast_is_for_here words variable)
    string(REGEX REPLACE "expect=.*" "" words "${words}")
    set(result ON)
    if(WIN32 AND words MATCHES "(^| )posix( |$)")
        set(result OFF)
    elseif(NOT WIN32 AND words MATCHES "(^| )windows( |$)")
        set(result OFF)
    endif()
    set(${variable} ${result} PARENT_SCOPE)
endfunction()

# holdfast_add_test(<name> <words> <label> <command>...): one CTest entry with the usual properties.
function(holdfast_add_test name words label)
    add_test(NAME ${name} COMMAND ${ARGN})
    set(labels ${label})
    string(REGEX REPLACE "expect=.*" "" words "${words}")
    foreach(word threaded finalizers)
        if(words MATCHES "(^| )${word}( |$)")
            list(APPEND labels ${word})
        endif()
    endforeach()
    set_tests_properties(${name} PROPERTIES LABELS "${labels}" SKIP_RETURN_CODE 77)
    # programs_<label>: all that the tests of a label run, for presets that run no others.
    list(GET ARGN 0 program)
    if(TARGET ${program})
        foreach(one IN LISTS labels)
            if(NOT TARGET programs_${one})
                add_custom_target(programs_${one})
            endif()
            add_dependencies(programs_${one} ${program})
        endforeach()
    endif()
    # Without a word the limit is that of the test preset.
    if(words MATCHES "timeout=([0-9]+)")
        set_tests_properties(${name} PROPERTIES TIMEOUT ${CMAKE_MATCH_1})
        set_property(GLOBAL APPEND_STRING PROPERTY holdfast_limits
            "stretch(${name} ${CMAKE_MATCH_1})\n") # see cmake/limits
    endif()
endfunction()

# holdfast_add_death_test(<name> <words> <target>): the entry of a program that must end as it says.
function(holdfast_add_death_test name words target)
    if(NOT words MATCHES "expect=(.+)$")
        message(FATAL_ERROR "${name}: no `hf-test: expect=REGEX` in its first lines")
    endif()
    holdfast_add_test(${name} "${words}" death
        ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${target}>
        -DEMULATOR=${holdfast_emulator} "-DEXPECT=${CMAKE_MATCH_1}" -DTIMEOUT=50
        -P ${PROJECT_SOURCE_DIR}/cmake/RunDeath.cmake)
endfunction()

# holdfast_add_program(<target> <output name> <source>... [LINK <library>...]): a program in bin/.
function(holdfast_add_program target output)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "" LINK)
    add_executable(${target} ${arg_UNPARSED_ARGUMENTS})
    holdfast_compile_options(${target})
    set_target_properties(${target} PROPERTIES
        OUTPUT_NAME ${output} RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
    target_link_libraries(${target} PRIVATE ${arg_LINK})
    if(WIN32)
        target_link_libraries(${target} PRIVATE setupapi ws2_32)
    endif()
endfunction()

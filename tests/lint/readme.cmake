# SPDX-License-Identifier: MIT
#
# What the README and the docs show is what the tests compile: each fenced block of C behind the mark
#
#   <!-- from examples/NAME.c -->
#
# stands letter for letter in that file, and the README shows one of each system. Links within the tree
# lead to something, and examples/README.md lists every example.
include("${CMAKE_CURRENT_LIST_DIR}/common/Lint.cmake")

string(ASCII 96 tick)
set(fence "${tick}${tick}${tick}")

# The text behind a mark up to the end of its block; `rest` is what follows.
function(take_block file text block_out name_out rest_out)
    string(REGEX MATCH "<!-- from ([^ \n]+) -->\n" mark "${text}")
    set(name "${CMAKE_MATCH_1}")
    string(FIND "${text}" "${mark}" begin)
    string(LENGTH "${mark}" length)
    math(EXPR begin "${begin} + ${length}")
    string(SUBSTRING "${text}" ${begin} -1 text)
    set(open "${fence}c\n")
    string(LENGTH "${open}" length)
    string(FIND "${text}" "${open}" begin)
    if(NOT begin EQUAL 0)
        lint_fault(${file} 1 "no block of C directly behind the mark of ${name}")
    else()
        string(SUBSTRING "${text}" ${length} -1 text)
        string(FIND "${text}" "${fence}" end)
        string(SUBSTRING "${text}" 0 ${end} block)
        string(SUBSTRING "${text}" ${end} -1 text)
    endif()
    set(${block_out} "${block}" PARENT_SCOPE)
    set(${name_out} "${name}" PARENT_SCOPE)
    set(${rest_out} "${text}" PARENT_SCOPE)
endfunction()

# Sets `systems` to what the shown examples are for.
function(check_blocks file)
    lint_read(text ${file})
    set(found "")
    while(text MATCHES "<!-- from ")
        take_block(${file} "${text}" block name text)
        if(NOT EXISTS "${SOURCE_DIR}/${name}")
            lint_fault(${file} 1 "there is no ${name}")
            continue()
        endif()
        lint_read(source ${name})
        string(FIND "${source}" "${block}" place)
        if(place LESS 0)
            lint_fault(${file} 1 "a block is not in ${name} as it is shown")
        endif()
        string(REGEX MATCH "hf-example: ([a-z]+)" words "${source}")
        list(APPEND found "${CMAKE_MATCH_1}")
    endwhile()
    set(systems "${found}" PARENT_SCOPE)
endfunction()

# A link is relative to its page; what stands behind a # is not looked for.
function(check_links file)
    lint_read(text ${file})
    get_filename_component(folder ${file} DIRECTORY)
    string(REGEX MATCHALL "${lint_close}\\([^) \n]+\\)" links "${text}")
    foreach(link IN LISTS links)
        string(REGEX REPLACE "^.\\(([^#)]*).*$" "\\1" target "${link}")
        if(NOT target MATCHES "^([a-z]+:|$)" AND NOT EXISTS "${SOURCE_DIR}/${folder}/${target}")
            lint_fault(${file} 1 "a link to ${target}, which is not there")
        endif()
    endforeach()
endfunction()

# The index names each program by its path below examples/.
function(check_index index)
    lint_read(text ${index})
    file(GLOB programs RELATIVE "${SOURCE_DIR}/examples" "${SOURCE_DIR}/examples/*.c"
        "${SOURCE_DIR}/examples/clients/*.c")
    list(REMOVE_ITEM programs clients/client.c)
    foreach(program IN LISTS programs)
        string(FIND "${text}" "(${program})" place)
        if(place LESS 0)
            lint_fault(${index} 1 "examples/${program} is not in the list")
        endif()
    endforeach()
endfunction()

lint_find(files "docs" "*.md")
foreach(file IN LISTS files)
    check_blocks(${file})
endforeach()
check_blocks(README.md)
foreach(file IN ITEMS README.md CONTRIBUTING.md CHANGELOG.md examples/README.md ${files})
    check_links(${file})
endforeach()
check_index(examples/README.md)
foreach(system posix windows)
    if(NOT system IN_LIST systems)
        lint_fault(README.md 1 "no example for ${system}")
    endif()
endforeach()

lint_end("README.md;CONTRIBUTING.md;CHANGELOG.md;examples/README.md;${files}")

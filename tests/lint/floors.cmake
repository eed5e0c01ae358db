# SPDX-License-Identifier: MIT
#
# Arrows point down. A file includes its own module, the public headers and lower floors; the platform
# folders include floor 0 and the interface that they implement; no headers include each other in a
# ring. Which module is on which floor stands here and nowhere else in the build.
include("${CMAKE_CURRENT_LIST_DIR}/common/Lint.cmake")

set(floors
    "base"
    "diag platform utf"
    "thread type"
    "heap"
    "root runner prototype"
    "resource final weak text finder"
    "fence"
    "async"
    "check"
    "call"
    "retry callback"
    "scope"
    "native"
    "runtime")
set(within_a_floor "diag>platform") # the one arrow that stays on its floor
set(ffi_modules call callback)
set(public_system_headers stddef.h stdint.h stdbool.h)

set(floor 0)
foreach(modules IN LISTS floors)
    separate_arguments(modules)
    foreach(module IN LISTS modules)
        set(floor_of_${module} ${floor})
    endforeach()
    math(EXPR floor "${floor} + 1")
endforeach()

function(check_arrow file number from to)
    if(NOT DEFINED floor_of_${from})
        lint_fault(${file} ${number} "the module ${from} is on no floor")
    elseif(NOT DEFINED floor_of_${to})
        lint_fault(${file} ${number} "\"${to}/\" is no module")
    elseif(NOT from STREQUAL to AND NOT "${from}>${to}" IN_LIST within_a_floor
           AND NOT floor_of_${to} LESS floor_of_${from})
        lint_fault(${file} ${number}
            "${from} (floor ${floor_of_${from}}) includes ${to} (floor ${floor_of_${to}})")
    endif()
endfunction()

# A quoted include of src/: "module/file.h", and the platform's own types in platform alone.
function(check_source_include file number module path)
    if(path MATCHES "^([^/]+)/[^/]+$")
        check_arrow(${file} ${number} ${module} "${CMAKE_MATCH_1}")
    elseif(NOT (module STREQUAL "platform" AND path STREQUAL "plat_types.h"))
        lint_fault(${file} ${number} "\"${path}\" is not written as \"module/file.h\"")
    endif()
endfunction()

function(check_platform_include file number path)
    if(path MATCHES "/" AND NOT path MATCHES "^(base|platform)/[^/]+$")
        lint_fault(${file} ${number} "a platform folder includes \"${path}\"")
    endif()
endfunction()

function(check_public_include file number kind path)
    cmake_path(GET file PARENT_PATH folder)
    if(kind STREQUAL "<" AND NOT path IN_LIST public_system_headers)
        lint_fault(${file} ${number} "a public header includes <${path}>")
    elseif(kind STREQUAL "\"" AND NOT EXISTS "${SOURCE_DIR}/${folder}/${path}")
        lint_fault(${file} ${number} "\"${path}\" is no public header")
    endif()
endfunction()

function(check_include file number kind path)
    if(path MATCHES "^ffi(target)?\\.h$" AND NOT file MATCHES "^src/(call|callback)/")
        lint_fault(${file} ${number} "<${path}> outside the modules: ${ffi_modules}")
    elseif(file MATCHES "^include/")
        check_public_include(${file} ${number} "${kind}" "${path}")
    elseif(kind STREQUAL "\"" AND file MATCHES "^src/([^/]+)/")
        check_source_include(${file} ${number} ${CMAKE_MATCH_1} "${path}")
    elseif(kind STREQUAL "\"" AND file MATCHES "^(win32|posix)/")
        check_platform_include(${file} ${number} "${path}")
    endif()
endfunction()

# The file of this tree that an include means, or nothing.
function(find_header out file kind path)
    cmake_path(GET file PARENT_PATH folder)
    set(found "")
    set(candidates "include/${path}")
    if(kind STREQUAL "\"")
        list(PREPEND candidates "${folder}/${path}" "src/${path}")
    endif()
    foreach(candidate IN LISTS candidates)
        if(found STREQUAL "" AND EXISTS "${SOURCE_DIR}/${candidate}")
            cmake_path(SET found NORMALIZE "${candidate}")
        endif()
    endforeach()
    set(${out} "${found}" PARENT_SCOPE)
endfunction()

# Checks each include of the file and keeps what it leads to in includes_of_<file>.
function(read_includes file)
    lint_read(text ${file})
    lint_split(lines "${text}")
    set(number 0)
    set(targets "")
    foreach(line IN LISTS lines)
        math(EXPR number "${number} + 1")
        if(line MATCHES "^ *# *include *([<\"])([^>\"]*)[>\"]")
            set(kind "${CMAKE_MATCH_1}")
            set(path "${CMAKE_MATCH_2}")
            check_include(${file} ${number} "${kind}" "${path}")
            find_header(target ${file} "${kind}" "${path}")
            list(APPEND targets ${target})
        endif()
    endforeach()
    set("includes_of_${file}" "${targets}" PARENT_SCOPE)
endfunction()

# Takes away, again and again, the headers that include none of the others; what stays is in a ring, or
# leads into one.
function(check_rings headers)
    set(changed TRUE)
    while(changed)
        set(changed FALSE)
        foreach(header IN LISTS headers)
            set(free TRUE)
            foreach(target IN LISTS "includes_of_${header}")
                if(target IN_LIST headers)
                    set(free FALSE)
                endif()
            endforeach()
            if(free)
                list(REMOVE_ITEM headers "${header}")
                set(changed TRUE)
            endif()
        endforeach()
    endwhile()
    foreach(header IN LISTS headers)
        lint_fault(${header} 1 "headers include each other in a ring, and this one leads into it")
    endforeach()
endfunction()

lint_find(files "src;include;win32;posix" "*.c;*.h")
foreach(file IN LISTS files)
    read_includes(${file})
endforeach()
set(headers "${files}")
list(FILTER headers INCLUDE REGEX "\\.h$")
check_rings("${headers}")

lint_end("${files}")

# SPDX-License-Identifier: MIT
#
# Installs the library to a scratch prefix, static and shared, and builds and runs an example
# against each in the two ways a user would: find_package and pkg-config.
#
# Variables: SOURCE_DIR, BINARY_DIR, C_COMPILER, PLATFORM (posix or win32), and for a cross build
# TOOLCHAIN, DEPS (the prefix that holds libffi) and EMULATOR.
cmake_minimum_required(VERSION 3.25)

function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output
        ERROR_VARIABLE output)
    if(status)
        list(JOIN ARGN " " command)
        message(FATAL_ERROR "failed (${status}): ${command}\n${output}")
    endif()
    set(output "${output}" PARENT_SCOPE)
endfunction()

# The first example for this system, the small ones first.
function(choose_example variable)
    file(GLOB examples ${SOURCE_DIR}/examples/*.c)
    file(GLOB demos ${SOURCE_DIR}/examples/demo_*.c)
    list(REMOVE_ITEM examples ${demos})
    foreach(example IN ITEMS ${SOURCE_DIR}/examples/readlink.c ${examples} ${demos})
        if(EXISTS ${example})
            file(STRINGS ${example} words REGEX "hf-example:" LIMIT_COUNT 5)
            if(NOT (PLATFORM STREQUAL "posix" AND words MATCHES "windows") AND
               NOT (PLATFORM STREQUAL "win32" AND words MATCHES "posix"))
                set(${variable} ${example} PARENT_SCOPE)
                return()
            endif()
        endif()
    endforeach()
endfunction()

# A program finds a shared library by its run path on POSIX, beside itself on Windows.
function(run_program program prefix)
    get_filename_component(folder ${program} DIRECTORY)
    file(GLOB dlls ${prefix}/bin/*.dll)
    if(dlls)
        file(COPY ${dlls} DESTINATION ${folder})
    endif()
    run(${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${prefix}/lib ${EMULATOR} ${program})
endfunction()

function(install_library shared prefix build)
    file(REMOVE_RECURSE ${prefix})
    run(${CMAKE_COMMAND} -S ${SOURCE_DIR} -B ${build} -G Ninja ${cross}
        -DBUILD_SHARED_LIBS=${shared} -DHOLDFAST_TESTS=OFF
        -DHOLDFAST_WERROR=ON -DCMAKE_BUILD_TYPE=Release
        -DCMAKE_INSTALL_PREFIX=${prefix} -DCMAKE_INSTALL_LIBDIR=lib
        -DHOLDFAST_DEPS_PREFIX=${DEPS})
    run(${CMAKE_COMMAND} --build ${build} -j 2)
    run(${CMAKE_COMMAND} --install ${build})
endfunction()

function(use_by_find_package prefix build)
    file(REMOVE_RECURSE ${build})
    # One level of escaping for the list, because run() takes its arguments apart once.
    set(paths "${prefix}\\;${DEPS}")
    run(${CMAKE_COMMAND} -S ${SOURCE_DIR}/cmake/consumer -B ${build} -G Ninja ${cross}
        -DEXAMPLE=${example} "-DCMAKE_PREFIX_PATH=${paths}" "-DCMAKE_FIND_ROOT_PATH=${paths}")
    run(${CMAKE_COMMAND} --build ${build})
    run_program(${build}/consumer${suffix} ${prefix})
endfunction()

function(use_by_pkg_config shared prefix build)
    file(REMOVE_RECURSE ${build})
    file(MAKE_DIRECTORY ${build})
    if(DEPS)
        set(ENV{PKG_CONFIG_LIBDIR} ${prefix}/lib/pkgconfig:${DEPS}/lib/pkgconfig)
    else()
        set(ENV{PKG_CONFIG_PATH} ${prefix}/lib/pkgconfig)
    endif()
    set(static "")
    if(NOT shared)
        set(static --static)
    endif()
    run(pkg-config ${static} --cflags --libs holdfast)
    separate_arguments(flags UNIX_COMMAND "${output}")
    if(PLATFORM STREQUAL "win32")
        list(APPEND flags -lsetupapi -static-libgcc)
    endif()
    run(${C_COMPILER} -std=c11 ${example} -o ${build}/consumer${suffix} ${flags})
    run_program(${build}/consumer${suffix} ${prefix})
endfunction()

string(REPLACE "|" ";" EMULATOR "${EMULATOR}")
choose_example(example)
if(NOT example)
    message("skipped: there is no example for ${PLATFORM}")
    return()
endif()
set(suffix "")
if(PLATFORM STREQUAL "win32")
    set(suffix .exe)
endif()
set(cross -DCMAKE_C_COMPILER=${C_COMPILER})
if(TOOLCHAIN)
    set(cross -DCMAKE_TOOLCHAIN_FILE=${TOOLCHAIN})
endif()

foreach(shared OFF ON)
    if(shared)
        set(here ${BINARY_DIR}/shared)
    else()
        set(here ${BINARY_DIR}/static)
    endif()
    install_library(${shared} ${here}/prefix ${here}/build)
    use_by_find_package(${here}/prefix ${here}/consumer-cmake)
    use_by_pkg_config(${shared} ${here}/prefix ${here}/consumer-pkg-config)
    message("${here}: installed, used by find_package and by pkg-config")
endforeach()

# SPDX-License-Identifier: MIT
#
# What the library is built from: Libffi::ffi and HOLDFAST_SYSTEM_LIBRARIES. For a mingw-w64 target
# toolchains/deps.sh provides libffi (and cmocka for the tests), once, below build/deps.
if(MINGW AND CMAKE_CROSSCOMPILING)
    if(HOLDFAST_DEPS_PREFIX)
        set(ENV{HOLDFAST_DEPS_PREFIX} ${HOLDFAST_DEPS_PREFIX})
    endif()
    execute_process(
        COMMAND sh ${PROJECT_SOURCE_DIR}/toolchains/deps.sh ${HOLDFAST_TARGET}
        OUTPUT_VARIABLE holdfast_deps OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE status)
    if(status)
        message(FATAL_ERROR "toolchains/deps.sh ${HOLDFAST_TARGET} failed")
    endif()
    list(PREPEND CMAKE_FIND_ROOT_PATH ${holdfast_deps})
elseif(HOLDFAST_DEPS_PREFIX)
    list(PREPEND CMAKE_PREFIX_PATH ${HOLDFAST_DEPS_PREFIX})
endif()

find_package(Libffi REQUIRED)

if(WIN32)
    # WaitOnAddress lives in synchronization, WSAGetLastError in ws2_32. Import libraries of which
    # nothing is used leave no trace in the product.
    set(HOLDFAST_SYSTEM_LIBRARIES synchronization ws2_32)
else()
    set(THREADS_PREFER_PTHREAD_FLAG ON)
    find_package(Threads REQUIRED)
    set(HOLDFAST_SYSTEM_LIBRARIES Threads::Threads ${CMAKE_DL_LIBS})
endif()

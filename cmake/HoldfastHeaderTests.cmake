# SPDX-License-Identifier: MIT
#
# Each public header has to compile with nothing before it, and twice, as C11 and as C++17. C++ is
# looked for natively only: a host compiler says nothing about another target.
if(NOT CMAKE_CROSSCOMPILING)
    include(CheckLanguage)
    check_language(CXX)
    if(CMAKE_CXX_COMPILER)
        enable_language(CXX)
    endif()
endif()

function(add_header_test name header suffix compiler)
    set(source ${PROJECT_BINARY_DIR}/headers/${name}.${suffix})
    file(CONFIGURE OUTPUT ${source} CONTENT
        "#include <${header}>\n#include <${header}>\nextern int holdfast_header_alone;\n" @ONLY)
    holdfast_add_test(headers.${name}.${suffix} "" headers
        ${compiler} ${ARGN} -Wall -Wextra -Wundef -Wshadow -pedantic -Werror -DHF_STATIC
        -I${PROJECT_SOURCE_DIR}/include -c ${source} -o ${source}.o)
endfunction()

file(GLOB_RECURSE public_headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include
    ${PROJECT_SOURCE_DIR}/include/*.h)
foreach(header IN LISTS public_headers)
    string(REGEX REPLACE "\\.h$" "" name ${header})
    string(REPLACE "/" "_" name ${name})
    add_header_test(${name} ${header} c ${CMAKE_C_COMPILER} -std=c11)
    if(CMAKE_CXX_COMPILER AND NOT CMAKE_CROSSCOMPILING)
        add_header_test(${name} ${header} cpp ${CMAKE_CXX_COMPILER} -std=c++17)
    endif()
endforeach()

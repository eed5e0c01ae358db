# SPDX-License-Identifier: MIT
#
# holdfast_read_version(<header> <variable>): the version as MAJOR.MINOR.PATCH. The header is the
# one place that knows it.
function(holdfast_read_version header variable)
    if(NOT EXISTS ${header})
        message(FATAL_ERROR "${header}: not found")
    endif()
    file(STRINGS ${header} lines REGEX "^#define HF_VERSION_(MAJOR|MINOR|PATCH) ")
    foreach(part MAJOR MINOR PATCH)
        if(NOT "${lines}" MATCHES "HF_VERSION_${part} +([0-9]+)")
            message(FATAL_ERROR "${header}: no number in HF_VERSION_${part}")
        endif()
        list(APPEND version ${CMAKE_MATCH_1})
    endforeach()
    list(JOIN version . version)
    set(${variable} ${version} PARENT_SCOPE)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
endfunction()

# SPDX-License-Identifier: MIT
#
# Runs a program of examples/ and compares what it prints with the text beside its source.
#
#   cmake -DPROGRAM=... -DEMULATOR=... -DEXPECTED=FILE -P RunClient.cmake
string(REPLACE "|" ";" EMULATOR "${EMULATOR}")
execute_process(COMMAND ${EMULATOR} ${PROGRAM}
    OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE ended TIMEOUT 50)
string(REPLACE "\r\n" "\n" output "${output}")
if(ended EQUAL 77)
    message("${output}")
    return()
endif()
file(READ ${EXPECTED} expected)
if(NOT ended EQUAL 0 OR NOT output STREQUAL expected)
    message(FATAL_ERROR
        "ended: ${ended}\n---- printed\n${output}${errors}---- expected\n${expected}----")
endif()

# SPDX-License-Identifier: MIT
#
# Runs a program of examples/ and compares what it prints with the text beside its source.
#
#   cmake -DPROGRAM=... -DEMULATOR=... -DEXPECTED=FILE [-DARGUMENTS=...] [-DSOURCE_DIR=...]
#       -P RunClient.cmake
#
# With SOURCE_DIR, files in it are printed without that, and values of resources as 0x*: an address
# is another one in each run.
string(REPLACE "|" ";" EMULATOR "${EMULATOR}")
execute_process(COMMAND ${EMULATOR} ${PROGRAM} ${ARGUMENTS}
    OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE ended TIMEOUT 50)
string(REPLACE "\r\n" "\n" output "${output}")
if(SOURCE_DIR)
    string(REPLACE "${SOURCE_DIR}/" "" output "${output}")
    string(REGEX REPLACE "value 0x[0-9a-f]+" "value 0x*" output "${output}")
endif()
if(ended EQUAL 77)
    message("${output}")
    return()
endif()
file(READ ${EXPECTED} expected)
if(NOT ended EQUAL 0 OR NOT output STREQUAL expected)
    message(FATAL_ERROR
        "ended: ${ended}\n---- printed\n${output}${errors}---- expected\n${expected}----")
endif()

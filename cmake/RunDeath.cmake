# SPDX-License-Identifier: MIT
#
# cmake -DPROGRAM=... -DEMULATOR=... -DEXPECT=REGEX -DTIMEOUT=SECONDS -P RunDeath.cmake
#
# Runs a program that is meant to end badly and succeeds if what it said matches. CTest alone would
# call any end by a signal a failure, whatever the program said before. How it ended is matched too,
# as a last line `ended: <exit code or signal>`.
cmake_minimum_required(VERSION 3.25)

string(REPLACE "|" ";" EMULATOR "${EMULATOR}")
execute_process(COMMAND ${EMULATOR} ${PROGRAM} TIMEOUT ${TIMEOUT}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
string(APPEND output "\nended: ${status}\n")
string(REPLACE "\r" "" output "${output}")
message("${output}")
if(NOT output MATCHES "${EXPECT}")
    message(FATAL_ERROR "expected: ${EXPECT}")
endif()

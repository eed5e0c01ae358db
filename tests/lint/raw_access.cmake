# SPDX-License-Identifier: MIT
#
# What clang's -Wthread-safety must see in a program that uses raw access, and what it must let pass.
# The text of each case is a function body; `thread` and `object` are its parameters.
include("${CMAKE_CURRENT_LIST_DIR}/common/Lint.cmake")

find_program(clang clang)
if(NOT clang)
    message("skipped: no clang")
    return()
endif()

set(scratch "$ENV{TMPDIR}")
if(NOT scratch)
    set(scratch /tmp)
endif()
string(RANDOM LENGTH 12 unique)
set(source "${scratch}/holdfast-raw-${unique}.c")

# check_case(<name> <whether clang must complain> <body>)
function(check_case name is_wrong body)
    file(WRITE "${source}" "#include <holdfast.h>\nvoid use(hf_thread *thread, hf_ref object);\n"
        "void use(hf_thread *thread, hf_ref object)\n{\n${body}\n}\n")
    execute_process(
        COMMAND "${clang}" -std=c11 "-I${SOURCE_DIR}/include" -Wthread-safety -Werror
            -fsyntax-only "${source}"
        RESULT_VARIABLE result ERROR_VARIABLE said)
    if(is_wrong AND NOT said MATCHES "thread-safety")
        lint_fault(include/holdfast/heap.h 0 "clang does not complain about: ${name}")
    elseif(NOT is_wrong AND NOT result EQUAL 0)
        lint_fault(include/holdfast/heap.h 0 "clang complains about: ${name}: ${said}")
    endif()
endfunction()

check_case("an address within a raw stretch" FALSE
    "hf_raw_begin(thread); *(char *)hf_raw_address(object) = 1; hf_raw_end(thread);")
check_case("an allocation within a raw stretch" TRUE
    "hf_raw_begin(thread); (void)!hf_bytes_create(thread, 8, object); hf_raw_end(thread);")
check_case("a call that may collect within a raw stretch" TRUE
    "hf_raw_begin(thread); hf_collect(thread); hf_raw_end(thread);")
check_case("an address outside a raw stretch" TRUE
    "*(char *)hf_raw_address(object) = 1;")
check_case("a raw stretch left open on one path" TRUE
    "hf_raw_begin(thread); if (hf_is_null(object)) { return; } hf_raw_end(thread);")

file(REMOVE "${source}")
lint_end("include/holdfast/heap.h")

# SPDX-License-Identifier: MIT
#
# holdfast_compile_options(<target>): the language, the warnings and the sanitizer of every target
# of this project. Nothing of it reaches users of the library.
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(holdfast_warnings
    -Wall -Wextra -Wundef -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
    -Wcast-qual -Wformat=2 -Wimplicit-fallthrough)

if(HOLDFAST_SANITIZE STREQUAL "address")
    set(holdfast_sanitize -fsanitize=address,undefined -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
elseif(HOLDFAST_SANITIZE STREQUAL "thread")
    set(holdfast_sanitize -fsanitize=thread -fno-omit-frame-pointer)
elseif(HOLDFAST_SANITIZE STREQUAL "none")
    set(holdfast_sanitize "")
else()
    message(FATAL_ERROR "HOLDFAST_SANITIZE=${HOLDFAST_SANITIZE}: none, address or thread expected")
endif()

function(holdfast_compile_options target)
    set_target_properties(${target} PROPERTIES
        C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF C_VISIBILITY_PRESET hidden)
    target_compile_options(${target} PRIVATE ${holdfast_warnings} ${holdfast_sanitize})
    target_link_options(${target} PRIVATE ${holdfast_sanitize})
    if(HOLDFAST_WERROR)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
    if(MINGW)
        # The C99 formats (%zu, %lld) of printf, whatever C runtime is behind it.
        target_compile_definitions(${target} PRIVATE __USE_MINGW_ANSI_STDIO=1)
    endif()
endfunction()

/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_HOST_H
#define HOLDFAST_HOST_H

/*
 * What this machine and this process are called, and what they are set to.
 *
 *     status = hf_host_name(thread, name, NULL);
 *     status = hf_socket_option_text(thread, HF_ARGS(HF_RESOURCE(socket)), IPPROTO_TCP,
 *                                    TCP_CONGESTION, text, NULL);
 *
 * Where a descriptor is asked for, it is the first argument of a list, HF_ARGS(HF_INT(0)) or
 * HF_ARGS(HF_RESOURCE(file)): a resource is held open for the call.
 *
 * The names of the host, its user, the program and variables there are everywhere.  Where a system
 * has not got another one, it gives HF_E_NOT_FOUND or HF_E_SYMBOL, with a report that names the
 * native function.
 */

#include "call.h"
#include "export.h"
#include "ref.h"
#include "status.h"

#include <stddef.h>
#include <stdint.h>

HF_BEGIN_DECLS

/* ---- names ---- */

/**
 * The host's name in its network.
 *
 * @param name_out   receives a string; null on failure.
 * @param error_out  receives the system's code, 0 if there was no error; may be NULL.
 * @return HF_OK; HF_E_NATIVE; HF_E_SLOTS; HF_E_NOMEM; HF_E_LIMIT; HF_E_GROW_LIMIT; HF_E_SHUTDOWN;
 *         HF_E_DETACHED.
 *
 * @par Ownership   The slot holds the string.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_host_name(hf_thread *thread, hf_ref name_out,
                                            int64_t *error_out) HF_MAY_GC;

/**
 * The domain that the host is in: of NIS where getdomainname() gives it, which is "(none)" in most
 * places, of DNS on Windows, where it may be empty.
 *
 * @return those of hf_host_name().
 *
 * @par Ownership   The slot holds the string.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_domain_name(hf_thread *thread, hf_ref name_out,
                                              int64_t *error_out) HF_MAY_GC;

/**
 * Who is logged in: at the terminal of this process, or on Windows in its token.
 *
 * @return those of hf_host_name(); HF_E_NATIVE also for a process without a terminal: ENOTTY,
 * ENXIO.
 *
 * @par Ownership   The slot holds the string.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_login_name(hf_thread *thread, hf_ref name_out,
                                             int64_t *error_out) HF_MAY_GC;

/**
 * The path of this program's own file.  Linux says " (deleted)" behind it when that is gone.
 *
 * @return those of hf_host_name(); HF_E_UTF, reported, where paths are UTF-16 and this one is not
 *         well-formed.
 *
 * @par Ownership   The slot holds the string.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_program_path(hf_thread *thread, hf_ref path_out,
                                               int64_t *error_out) HF_MAY_GC;

/**
 * The value of a variable in the environment.
 *
 * Outside Windows the environment is a list that the C library does not lock: no other thread may
 * change it meanwhile.
 *
 * @param value_out  receives a string; null if there is none, or on failure.
 * @return those of hf_host_name(); HF_E_NOT_FOUND if there is no such variable; HF_E_NULL; HF_E_UTF
 *         of name or value, reported, on Windows.
 *
 * @par Ownership   The slot holds the string.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_environment_get(hf_thread *thread, const char *name,
                                                  hf_ref value_out, int64_t *error_out) HF_MAY_GC;

/**
 * The name of the terminal that a descriptor is.
 *
 * @param terminal  HF_ARGS(HF_INT(0)), HF_ARGS(HF_RESOURCE(file)).
 * @return those of hf_host_name(); HF_E_NATIVE: it is no terminal (ENOTTY); HF_E_NULL; of the
 *         argument, reported: HF_E_ARGUMENT_KIND, HF_E_CLOSED, HF_E_RANGE.
 *
 * @par Ownership   The slot holds the string.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_terminal_name(hf_thread *thread, const hf_arg *terminal,
                                                hf_ref name_out, int64_t *error_out) HF_MAY_GC;

/**
 * The name of the terminal whose other end a descriptor is.
 *
 * @return those of hf_terminal_name().
 *
 * @par Ownership   The slot holds the string.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_pseudo_terminal_name(hf_thread *thread, const hf_arg *terminal,
                                                       hf_ref name_out,
                                                       int64_t *error_out) HF_MAY_GC;

/* ---- addresses ---- */

/** How an address is to be named; several may be added. */
typedef enum hf_address_flag {
    HF_ADDRESS_NUMERIC_HOST = 1,    /* the address as text */
    HF_ADDRESS_NUMERIC_SERVICE = 2, /* the port as text */
    HF_ADDRESS_NAME_REQUIRED = 4,   /* no name is an error, not the address as text */
    HF_ADDRESS_DATAGRAM = 8         /* the service of UDP, where it is another one */
} hf_address_flag;

/**
 * The names of an address and its port.  Without the numeric flags the network may be asked, which
 * takes its time; on Windows the program has to have called WSAStartup().
 *
 * @param address      a struct sockaddr of any family, of `size` bytes.
 * @param flags        of hf_address_flag.
 * @param host_out     receives a string; NULL: nobody wants it.
 * @param service_out  receives a string; NULL: nobody wants it.
 * @param error_out    EAI_NONAME and its like.
 * @return those of hf_host_name(); HF_E_NULL; HF_E_ARGUMENT for a flag that is none of these;
 *         HF_E_OVERFLOW for a size that no address has.
 *
 * @par Ownership   The slots hold the strings.  The address is borrowed for the call.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_address_name(hf_thread *thread, const void *address, size_t size,
                                               uint32_t flags, hf_ref host_out, hf_ref service_out,
                                               int64_t *error_out) HF_MAY_GC;

/* ---- settings ---- */

/**
 * The processors that a process may run on, from 0 on, in rising order.
 *
 * @param process      its number; 0: the calling thread.
 * @param numbers_out  receives a buffer of uint32_t.
 * @return those of hf_host_name(); HF_E_NATIVE: there is no such process (ESRCH); HF_E_NOT_FOUND,
 *         HF_E_SYMBOL, reported: this is no Linux.
 *
 * @par Ownership   The slot holds the buffer.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_processors(hf_thread *thread, int32_t process, hf_ref numbers_out,
                                             int64_t *error_out) HF_MAY_GC;

/**
 * An option of a socket, whatever its type and size are.
 *
 * @param socket      HF_ARGS(HF_INT(number)), HF_ARGS(HF_RESOURCE(socket)).
 * @param level       SOL_SOCKET and its like.
 * @param option      SO_TYPE and its like.
 * @param bytes_out   receives a buffer: an int where the manual says nothing else.
 * @return those of hf_terminal_name(); HF_E_NATIVE: there is no such option (ENOPROTOOPT), or
 *         another code.
 *
 * @par Ownership   The slot holds the buffer.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_socket_option(hf_thread *thread, const hf_arg *socket, int level,
                                                int option, hf_ref bytes_out,
                                                int64_t *error_out) HF_MAY_GC;

/**
 * The same for an option that is text: up to its first NUL, if there is one.
 *
 * @return those of hf_socket_option().
 *
 * @par Ownership   The slot holds the string.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_socket_option_text(hf_thread *thread, const hf_arg *socket,
                                                     int level, int option, hf_ref text_out,
                                                     int64_t *error_out) HF_MAY_GC;

/**
 * A setting of the kernel on BSD and macOS, by its name: "kern.ostype".  On Linux these are files
 * below /proc/sys, for hf_file_text().
 *
 * @param bytes_out  receives a buffer.
 * @return those of hf_host_name(); HF_E_NATIVE: there is none of that name (ENOENT); HF_E_NULL;
 *         HF_E_NOT_FOUND, HF_E_SYMBOL, reported: this system has no such function.
 *
 * @par Ownership   The slot holds the buffer.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_sysctl(hf_thread *thread, const char *name, hf_ref bytes_out,
                                         int64_t *error_out) HF_MAY_GC;

/**
 * The same for a setting that is text.
 *
 * @return those of hf_sysctl().
 *
 * @par Ownership   The slot holds the string.
 * @par Threads     The owner, in managed state, inside a frame.
 * @par GC          May collect.
 * @par Last-error  Not preserved.
 */
HF_API HF_MUST_CHECK hf_status hf_sysctl_text(hf_thread *thread, const char *name, hf_ref text_out,
                                              int64_t *error_out) HF_MAY_GC;

HF_END_DECLS

#endif

/* SPDX-License-Identifier: MIT */

/* The catalogue: names of hosts, networks, services, protocols, terminals. */

#include "natives.h"

#include <errno.h>
#include <netdb.h>

/* An entry, the room for its texts, and what was found: the entry or nothing. */
#define FOUND_IN(type)                                                                             \
    type " *entry {out, points_into(buffer)}, char *buffer {out, room(first 1024)},"               \
         " size_t size {capacity(buffer)}, " type " **found {out, points_into(entry)}"
#define ENTRY_ROLES                                                                                \
    " {" HFP_FAILS_BY_CODE ", transient(error == " HFP_NUMBER(EINTR) "), " HFP_GROWS(ERANGE) "}"

#define LOOKED_UP(type) FOUND_IN(type) ")" ENTRY_ROLES
/* The second channel says why nothing was found. */
#define RESOLVED(type)  FOUND_IN(type) ", int *why {out})" ENTRY_ROLES

#define FROM (HFP_MEASURED | HFP_PUBLISHED)

const hfp_native hfp_natives_names[] = {
    /* Some systems cut without a word, most without a NUL; musl with one, but its names are shorter
       than the first room. */
    { "gethostname", "c",
      "int gethostname(char *name {out, text}, size_t size {capacity(name)})"
      " {" HFP_FAILS_BELOW_0 ", grow(error == " HFP_NUMBER(ENAMETOOLONG) " || error == " HFP_NUMBER(
          EINVAL) " || error == " HFP_NUMBER(ENOMEM) ")}",
      "POSIX.1-2017 gethostname; EINVAL, ENOMEM: Linux, macOS", FROM },
    { "getdomainname", "c",
      "int getdomainname(char *name {out, text}, size_t size {capacity(name)})"
      " {" HFP_FAILS_BELOW_0 ", " HFP_GROWS(EINVAL) "}",
      "Linux getdomainname(2)", HFP_MEASURED },

    { "getservbyname_r", "c",
      "int getservbyname_r(const char *name, const char *protocol, " LOOKED_UP("struct servent"),
      "Linux getservent_r(3)", HFP_MEASURED },
    { "getservbyport_r", "c",
      "int getservbyport_r(int port, const char *protocol, " LOOKED_UP("struct servent"),
      "Linux getservent_r(3)", HFP_MEASURED },
    { "getservent_r", "c", "int getservent_r(" LOOKED_UP("struct servent"), "Linux getservent_r(3)",
      HFP_MEASURED },
    { "getprotobyname_r", "c",
      "int getprotobyname_r(const char *name, " LOOKED_UP("struct protoent"),
      "Linux getprotoent_r(3)", HFP_MEASURED },
    { "getprotobynumber_r", "c", "int getprotobynumber_r(int number, " LOOKED_UP("struct protoent"),
      "Linux getprotoent_r(3)", HFP_MEASURED },
    { "getprotoent_r", "c", "int getprotoent_r(" LOOKED_UP("struct protoent"),
      "Linux getprotoent_r(3)", HFP_MEASURED },
    { "getnetbyname_r", "c", "int getnetbyname_r(const char *name, " RESOLVED("struct netent"),
      "Linux getnetent_r(3)", HFP_MEASURED },
    { "getnetbyaddr_r", "c",
      "int getnetbyaddr_r(uint32_t network, int family, " RESOLVED("struct netent"),
      "Linux getnetent_r(3)", HFP_MEASURED },
    { "gethostbyname_r", "c", "int gethostbyname_r(const char *name, " RESOLVED("struct hostent"),
      "Linux gethostbyname(3)", FROM },
    { "gethostbyname2_r", "c",
      "int gethostbyname2_r(const char *name, int family, " RESOLVED("struct hostent"),
      "Linux gethostbyname(3)", FROM },
    { "gethostbyaddr_r", "c",
      "int gethostbyaddr_r(const void *address, socklen_t address_size {capacity(address)},"
      " int family, " RESOLVED("struct hostent"),
      "Linux gethostbyname(3)", FROM },

    /* Each room may be too small; nobody says which, so both grow. */
    { "getnameinfo", "c",
      "int getnameinfo(const void *address, socklen_t address_size {capacity(address)},"
      " char *host {out, text, room(first 1025)}, socklen_t host_size {capacity(host)},"
      " char *service {out, text, room(first 32)}, socklen_t service_size {capacity(service)},"
      " int flags)"
      " {" HFP_FAILS_BY_CODE ", " HFP_GROWS(EAI_OVERFLOW) "}",
      "POSIX.1-2017 getnameinfo", FROM },
    { "inet_ntop", "c",
      "const char *inet_ntop(int family, const void *address,"
      " char *text {out, text, room(first 46)}, socklen_t size {capacity(text)})"
      " {fail(result == 0), error(errno), " HFP_GROWS(ENOSPC) "}",
      "POSIX.1-2017 inet_ntop", HFP_MEASURED },

    /* glibc says ENODEV where one byte is missing, Solaris wants 128 at least. */
    { "ttyname_r", "c",
      "int ttyname_r(int terminal, char *name {out, text, room(least 128)},"
      " size_t size {capacity(name)})"
      " {" HFP_FAILS_BY_CODE ", " HFP_GROWS(ERANGE) "}",
      "POSIX.1-2017 ttyname", FROM },
    { "ptsname_r", "c",
      "int ptsname_r(int terminal, char *name {out, text}, size_t size {capacity(name)})"
      " {" HFP_FAILS_BY_CODE ", " HFP_GROWS(ERANGE) "}",
      "Linux ptsname(3)", FROM },
    { "ptsname_r:bsd", "c",
      "int ptsname_r(int terminal, char *name {out, text}, size_t size {capacity(name)})"
      " {" HFP_FAILS_BELOW_0 ", " HFP_GROWS(ERANGE) "}",
      "FreeBSD ptsname_r(3), macOS", HFP_PUBLISHED },
    { NULL, NULL, NULL, NULL, 0 },
};

/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_WIN32_NATIVES_H
#define HOLDFAST_WIN32_NATIVES_H

/* The parts of the catalogue; private to win32/. */

#include "platform/catalogue.h"

extern const hfp_native hfp_natives_paths[];       /* directories and names of files */
extern const hfp_native hfp_natives_devices[];     /* devices, classes, INF files */
extern const hfp_native hfp_natives_services[];    /* services */
extern const hfp_native hfp_natives_security[];    /* tokens, descriptors, accounts */
extern const hfp_native hfp_natives_names[];       /* users, computers, profiles, processors */
extern const hfp_native hfp_natives_printing[];    /* printers */
extern const hfp_native hfp_natives_events[];      /* event logs */
extern const hfp_native hfp_natives_storage[];     /* volumes and disks */
extern const hfp_native hfp_natives_capi[];        /* CryptoAPI and certificates */
extern const hfp_native hfp_natives_wininet[];     /* WinINet and WinHTTP */
extern const hfp_native hfp_natives_values[];      /* values of the registry */
extern const hfp_native hfp_natives_network[];     /* adapters, tables, Winsock */
extern const hfp_native hfp_natives_urls[];        /* addresses of the web */
extern const hfp_native hfp_natives_locale[];      /* locales, conversions of text */
extern const hfp_native hfp_natives_nt[];          /* ntdll */
extern const hfp_native hfp_natives_secrets[];     /* keys, smart cards */
extern const hfp_native hfp_natives_counters[];    /* performance counters */
extern const hfp_native hfp_natives_installer[];   /* the installer */
extern const hfp_native hfp_natives_input[];       /* input devices, regions, fonts */
extern const hfp_native hfp_natives_streams[];     /* pipes, changes of directories */
extern const hfp_native hfp_natives_environment[]; /* the environment */
extern const hfp_native hfp_natives_modules[];     /* modules and processes */
extern const hfp_native hfp_natives_windows[];     /* names of windows, keys, atoms and fonts */
extern const hfp_native hfp_natives_profile[];     /* profile files */
extern const hfp_native hfp_natives_volumes[];     /* drives and volumes */
extern const hfp_native hfp_natives_keys[];        /* names of registry keys and values, in turn */
extern const hfp_native hfp_natives_texts[];       /* messages, ids, names in certificates */
extern const hfp_native hfp_natives_hosts[];       /* names and addresses of hosts and sockets */
extern const hfp_native hfp_natives_crt[];         /* text functions of the C runtime */
extern const hfp_native hfp_natives_hardware[];    /* firmware, devices, displays */
extern const hfp_native hfp_natives_setup[];       /* the same of devices */
extern const hfp_native hfp_natives_plain[];       /* what those need around them */

#endif

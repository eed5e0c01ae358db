/* SPDX-License-Identifier: MIT */
#ifndef HOLDFAST_POSIX_NATIVES_H
#define HOLDFAST_POSIX_NATIVES_H

/* The parts of the catalogue; private to posix/. */

#include "posix.h" /* before the system's headers: it chooses what they show */

#include "platform/catalogue.h"

/* A number that the system's headers define, as text in a prototype: "grow(error == "
 * HFP_NUMBER(ERANGE) ")". */
#define HFP_NUMBER(macro)   HFP_NUMBER_2(macro)
#define HFP_NUMBER_2(value) #value

/* The two ways in which functions of these systems fail, and the code that says "too small". */
#define HFP_FAILS_BELOW_0 "fail(result < 0), error(errno)"
#define HFP_FAILS_BY_CODE "fail(result != 0), error(result)"
#define HFP_GROWS(code)   "grow(error == " HFP_NUMBER(code) ")"

extern const hfp_native hfp_natives_files[];     /* directories, links, attributes */
extern const hfp_native hfp_natives_people[];    /* users, groups, who is logged in */
extern const hfp_native hfp_natives_names[];     /* of hosts, services, terminals */
extern const hfp_native hfp_natives_sockets[];   /* addresses, options, messages */
extern const hfp_native hfp_natives_text[];      /* formats, locale, conversions */
extern const hfp_native hfp_natives_kernel[];    /* processors, keys, events, logs */
extern const hfp_native hfp_natives_elsewhere[]; /* what only BSD and macOS have */
extern const hfp_native hfp_natives_plain[];     /* in which nothing grows */

#endif

/* SPDX-License-Identifier: MIT */

/*
 * Names that a header's macro would hide, as Windows has many.
 */

void hfn_titleW(void);

void hfn_titleW(void)
{
}

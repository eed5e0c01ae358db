/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: event logs.
 *
 * Some calls count bytes and some units.  Readers stay where they are when a record does not
 * fit, so calling again is right.
 */

#include "natives.h"

#define BY_122 " {fail(result == 0), error(last_error), grow(error == 122)}"
#define VALUE                                                                                      \
    "DWORD size {capacity(value)}, void *value {out, points_into(value)},"                         \
    " DWORD *used {out, needed(value), length(value)})" BY_122
#define TEXT                                                                                       \
    "DWORD size {capacity(text)}, LPWSTR text {out, text},"                                        \
    " DWORD *used {out, needed(text), length(text)})" BY_122

const hfp_native hfp_natives_events[] = {
    { "EvtRender", "wevtapi.dll",
      "BOOL WINAPI EvtRender(HANDLE context, HANDLE event, DWORD flags,"
      " DWORD size {capacity(value)}, void *value {out, points_into(value)},"
      " DWORD *used {out, needed(value), length(value)}, DWORD *count {out})" BY_122,
      "EvtRender, learn.microsoft.com", HFP_DOCUMENTED },
    { "EvtGetChannelConfigProperty", "wevtapi.dll",
      "BOOL WINAPI EvtGetChannelConfigProperty(HANDLE channel, int property, DWORD flags, " VALUE,
      "EvtGetChannelConfigProperty, learn.microsoft.com", HFP_DOCUMENTED },
    { "EvtGetPublisherMetadataProperty", "wevtapi.dll",
      "BOOL WINAPI EvtGetPublisherMetadataProperty(HANDLE publisher, int property, DWORD "
      "flags, " VALUE,
      "EvtGetPublisherMetadataProperty, learn.microsoft.com", HFP_DOCUMENTED },
    { "EvtGetEventMetadataProperty", "wevtapi.dll",
      "BOOL WINAPI EvtGetEventMetadataProperty(HANDLE event, int property, DWORD flags, " VALUE,
      "EvtGetEventMetadataProperty, learn.microsoft.com", HFP_DOCUMENTED },
    { "EvtGetObjectArrayProperty", "wevtapi.dll",
      "BOOL WINAPI EvtGetObjectArrayProperty(HANDLE array, DWORD property, DWORD index,"
      " DWORD flags, " VALUE,
      "EvtGetObjectArrayProperty, learn.microsoft.com", HFP_DOCUMENTED },
    { "EvtGetEventInfo", "wevtapi.dll",
      "BOOL WINAPI EvtGetEventInfo(HANDLE event, int property, " VALUE,
      "EvtGetEventInfo, learn.microsoft.com", HFP_DOCUMENTED },
    { "EvtGetLogInfo", "wevtapi.dll", "BOOL WINAPI EvtGetLogInfo(HANDLE log, int property, " VALUE,
      "EvtGetLogInfo, learn.microsoft.com", HFP_DOCUMENTED },
    { "EvtGetQueryInfo", "wevtapi.dll",
      "BOOL WINAPI EvtGetQueryInfo(HANDLE query, int property, " VALUE,
      "EvtGetQueryInfo, learn.microsoft.com", HFP_DOCUMENTED },
    { "EvtFormatMessage", "wevtapi.dll",
      "BOOL WINAPI EvtFormatMessage(HANDLE publisher, HANDLE event, DWORD message,"
      " DWORD value_count, void *values {raw}, DWORD flags, " TEXT,
      "EvtFormatMessage, learn.microsoft.com", HFP_DOCUMENTED },
    { "EvtNextChannelPath", "wevtapi.dll", "BOOL WINAPI EvtNextChannelPath(HANDLE channels, " TEXT,
      "EvtNextChannelPath, learn.microsoft.com", HFP_DOCUMENTED },
    { "EvtNextPublisherId", "wevtapi.dll",
      "BOOL WINAPI EvtNextPublisherId(HANDLE publishers, " TEXT,
      "EvtNextPublisherId, learn.microsoft.com", HFP_DOCUMENTED },
    /* The need is that of the next record alone. */
    { "ReadEventLogW", "advapi32.dll",
      "BOOL WINAPI ReadEventLogW(HANDLE log, DWORD flags, DWORD record,"
      " void *records {out, room(first 4096, most 524287)}, DWORD size {capacity(records)},"
      " DWORD *read {out, length(records)}, DWORD *needed {out, needed(records)})" BY_122,
      "ReadEventLogW, learn.microsoft.com", HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};

/* SPDX-License-Identifier: MIT */

/*
 * Network adapters.
 *
 * What the system fills is lists whose links are addresses inside the same buffer, which does not
 * move.  Each address is made an offset first, so that nothing beyond the buffer is ever read,
 * and a list has no more members than the buffer has room for, whatever its links say.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "diag/report.h"
#include "thread/thread.h"

#include <holdfast/network.h>

#include <stdio.h>
#include <string.h>

static const char adapter_struct[] = "IP_ADAPTER_ADDRESSES";
static const char address_struct[] = "IP_ADAPTER_UNICAST_ADDRESS";

typedef struct adapter_record {
    hf_slot name, description, friendly_name, physical, addresses;
    uint32_t index, kind, state, mtu;
} adapter_record;

static const hf_field fields[] = {
    { "name", HF_FIELD_REF, offsetof(adapter_record, name), sizeof(hf_slot) },
    { "description", HF_FIELD_REF, offsetof(adapter_record, description), sizeof(hf_slot) },
    { "friendly_name", HF_FIELD_REF, offsetof(adapter_record, friendly_name), sizeof(hf_slot) },
    { "physical", HF_FIELD_REF, offsetof(adapter_record, physical), sizeof(hf_slot) },
    { "addresses", HF_FIELD_REF, offsetof(adapter_record, addresses), sizeof(hf_slot) },
    { "index", HF_FIELD_WORD, offsetof(adapter_record, index), sizeof(uint32_t) },
    { "kind", HF_FIELD_WORD, offsetof(adapter_record, kind), sizeof(uint32_t) },
    { "state", HF_FIELD_WORD, offsetof(adapter_record, state), sizeof(uint32_t) },
    { "mtu", HF_FIELD_WORD, offsetof(adapter_record, mtu), sizeof(uint32_t) },
};

static const hf_type_descriptor adapter_type = { sizeof(hf_type_descriptor), "adapter",
                                                 sizeof(adapter_record), fields, 9 };

/* What the system filled, and where it is. */
typedef struct filled {
    hf_thread *thread;
    const hf_slot *bytes;
    uintptr_t start;
    size_t size;
} filled;

#define NOWHERE SIZE_MAX

/* Offset that a member's address leads to; NOWHERE for NULL and for what is outside. */
static size_t follow(const filled *from, size_t base, const char *type, const char *member)
{
    uintptr_t to = (uintptr_t)hfi_front_pointer(from->bytes, base, type, member);
    return to >= from->start && to - from->start < from->size ? (size_t)(to - from->start)
                                                              : NOWHERE;
}

/* Members of a list; HF_E_CONTRACT if it has more than there is room for. */
static hf_status count_list(const filled *from, size_t first, const char *type, size_t *count_out)
{
    size_t count = 0;
    for (size_t at = first; at != NOWHERE; at = follow(from, at, type, "Next")) {
        if (++count > from->size / sizeof(void *)) {
            return hfi_misuse(from->thread->parts->reporter, HF_E_CONTRACT, "hf_adapters", "list",
                              (hf_site){ NULL, 0 }, "read it with hf_call()",
                              "what the system gave leads in a circle");
        }
    }
    *count_out = count;
    return HF_OK;
}

/* ---- addresses ---- */

/* Writes a socket's address; 0 for a family that is neither. */
static size_t write_address(const unsigned char *bytes, char *text, size_t room)
{
    uint16_t family;
    uint32_t scope;
    memcpy(&family, bytes, sizeof family);
    if (family == HF_ADAPTERS_V4) {
        return hfi_front_write_v4(bytes + 4, text, room);
    }
    if (family != HF_ADAPTERS_V6) {
        return 0;
    }
    size_t length = hfi_front_write_v6(bytes + 8, text, room);
    memcpy(&scope, bytes + 24, sizeof scope);
    if (scope != 0) {
        length += (size_t)snprintf(text + length, room - length, "%%%u", (unsigned)scope);
    }
    return length;
}

static hf_status store_address(const filled *from, size_t at, hf_ref array, size_t index)
{
    HF_FRAME(from->thread);
    hf_ref string = hf_local(from->thread);
    unsigned char bytes[28] = { 0 };
    char text[64];
    size_t to = follow(from, at, address_struct, "Address.lpSockaddr");
    size_t room = to == NOWHERE ? 0 : from->size - to;
    hf_status status =
        room ? hf_bytes_read(from->bytes, to, bytes, room < sizeof bytes ? room : sizeof bytes)
             : HF_OK;
    size_t length = status == HF_OK ? write_address(bytes, text, sizeof text) : 0;
    if (status == HF_OK) {
        status = string ? hfi_front_string(from->thread, text, length, string) : HF_E_SLOTS;
    }
    return status == HF_OK ? hf_store_at(from->thread, array, index, string) : status;
}

static hf_status make_addresses(const filled *from, size_t adapter, hf_ref array)
{
    size_t at = follow(from, adapter, adapter_struct, "FirstUnicastAddress");
    size_t count = 0;
    hf_status status = count_list(from, at, address_struct, &count);
    if (status == HF_OK) {
        status = hf_array_create(from->thread, count, array);
    }
    for (size_t i = 0; i < count && status == HF_OK; i++) {
        status = store_address(from, at, array, i);
        at = follow(from, at, address_struct, "Next");
    }
    return status;
}

/* ---- adapters ---- */

static hf_status store_narrow(const filled *from, size_t at, hf_ref string)
{
    char text[256] = { 0 };
    size_t room = from->size - at;
    hf_status status =
        hf_bytes_read(from->bytes, at, text, room < sizeof text ? room : sizeof text - 1);
    return status == HF_OK ? hfi_front_string(from->thread, text, strlen(text), string) : status;
}

static hf_status store_texts(const filled *from, size_t at, hf_ref record)
{
    static const char *const members[] = { "AdapterName", "Description", "FriendlyName" };
    HF_FRAME(from->thread);
    hf_ref string = hf_local(from->thread);
    hf_status status = string ? HF_OK : HF_E_SLOTS;
    for (uint32_t i = 0; i < 3 && status == HF_OK; i++) {
        size_t to = follow(from, at, adapter_struct, members[i]);
        hf_copy(string, NULL);
        if (to != NOWHERE && i == HF_ADAPTER_NAME) {
            status = store_narrow(from, to, string);
        } else if (to != NOWHERE) {
            status = hfi_front_wide_part(from->thread, from->bytes, to, from->size - to,
                                         "hf_adapters", string);
        }
        if (status == HF_OK) {
            status = hf_store(from->thread, record, i, string);
        }
    }
    return status;
}

static hf_status store_physical(const filled *from, size_t at, hf_ref record)
{
    HF_FRAME(from->thread);
    hf_ref bytes = hf_local(from->thread);
    unsigned char address[64];
    size_t offset = 0, room = 0;
    size_t size =
        (size_t)hfi_front_number(from->bytes, at, adapter_struct, "PhysicalAddressLength");
    hfi_front_place(adapter_struct, "PhysicalAddress", &offset, &room);
    size = size <= room && size <= sizeof address ? size : 0;
    hf_status status = bytes ? hf_bytes_create(from->thread, size, bytes) : HF_E_SLOTS;
    if (status == HF_OK && size != 0) {
        status = hf_bytes_read(from->bytes, at + offset, address, size);
    }
    if (status == HF_OK && size != 0) {
        status = hf_bytes_write(bytes, 0, address, size);
    }
    return status == HF_OK ? hf_store(from->thread, record, HF_ADAPTER_PHYSICAL, bytes) : status;
}

static hf_status make_adapter(const filled *from, size_t at, hf_ref record)
{
    static const char *const numbers[] = { "IfIndex", "IfType", "OperStatus", "Mtu" };
    HF_FRAME(from->thread);
    hf_ref addresses = hf_local(from->thread);
    hf_status status =
        addresses ? hfi_native_record(from->thread, &adapter_type, record) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = store_texts(from, at, record);
    }
    if (status == HF_OK) {
        status = store_physical(from, at, record);
    }
    if (status == HF_OK) {
        status = make_addresses(from, at, addresses);
    }
    if (status == HF_OK) {
        status = hf_store(from->thread, record, HF_ADAPTER_ADDRESSES, addresses);
    }
    for (uint32_t i = 0; i < 4 && status == HF_OK; i++) {
        uint32_t number = (uint32_t)hfi_front_number(from->bytes, at, adapter_struct, numbers[i]);
        status = hf_set(record, HF_ADAPTER_INDEX + i, &number, sizeof number);
    }
    return status;
}

static hf_status make_list(const filled *from, hf_ref array)
{
    HF_FRAME(from->thread);
    hf_ref adapter = hf_local(from->thread);
    size_t count = 0, at = from->size == 0 ? NOWHERE : 0;
    hf_status status = adapter ? count_list(from, at, adapter_struct, &count) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = hf_array_create(from->thread, count, array);
    }
    for (size_t i = 0; i < count && status == HF_OK; i++) {
        status = make_adapter(from, at, adapter);
        if (status == HF_OK) {
            status = hf_store_at(from->thread, array, i, adapter);
        }
        at = follow(from, at, adapter_struct, "Next");
    }
    return status;
}

hf_status hf_adapters(hf_thread *thread, hf_adapters_family family, uint32_t flags,
                      hf_ref adapters_out, int64_t *error_out)
{
    HFI_ENTRY(thread);
    HF_FRAME(thread);
    hf_ref bytes = hf_local(thread);
    hf_ref array = hf_local(thread);
    if (!array || !adapters_out) {
        return HF_E_SLOTS;
    }
    hf_status status =
        hfi_front_fill(thread, "GetAdaptersAddresses",
                       HF_ARGS(HF_UINT(family), HF_UINT(flags), HF_NULL), bytes, error_out);
    if (status == HF_OK) {
        (void)hf_raw_begin(thread);
        filled from = { thread, bytes, (uintptr_t)hf_raw_address(bytes), hf_bytes_size(bytes) };
        (void)hf_raw_end(thread);
        status = make_list(&from, array);
    }
    hf_copy(adapters_out, status == HF_OK ? array : NULL);
    return status;
}

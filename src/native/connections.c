/* SPDX-License-Identifier: MIT */

/*
 * TCP connections.
 *
 * The table is a count and rows of 32-bit words, the same on every Windows; ports and addresses
 * stand in the order of the network, a port in the first two bytes of its word.  The row of the
 * catalogue has compared the count with the room, so each row is inside.
 *
 * Threads: the owner, managed.
 */

#include "native/front.h"

#include "thread/thread.h"

#include <holdfast/network.h>

#include <string.h>

#define OWNERS 5 /* TCP_TABLE_OWNER_PID_ALL */

typedef struct connection_record {
    hf_slot here, there;
    uint32_t here_port, there_port, state, process;
} connection_record;

static const hf_field fields[] = {
    { "here", HF_FIELD_REF, offsetof(connection_record, here), sizeof(hf_slot) },
    { "there", HF_FIELD_REF, offsetof(connection_record, there), sizeof(hf_slot) },
    { "here_port", HF_FIELD_WORD, offsetof(connection_record, here_port), sizeof(uint32_t) },
    { "there_port", HF_FIELD_WORD, offsetof(connection_record, there_port), sizeof(uint32_t) },
    { "state", HF_FIELD_WORD, offsetof(connection_record, state), sizeof(uint32_t) },
    { "process", HF_FIELD_WORD, offsetof(connection_record, process), sizeof(uint32_t) },
};

static const hf_type_descriptor connection_type = { sizeof(hf_type_descriptor), "connection",
                                                    sizeof(connection_record), fields, 6 };

/* Where a row has what, in bytes. */
typedef struct row_form {
    size_t (*write)(const unsigned char *bytes, char *text, size_t room);
    size_t size, here, here_port, there, there_port, state, process;
} row_form;

/* MIB_TCPROW_OWNER_PID and MIB_TCP6ROW_OWNER_PID */
static const row_form form_4 = { hfi_front_write_v4, 24, 4, 8, 12, 16, 0, 20 };
static const row_form form_6 = { hfi_front_write_v6, 56, 0, 20, 24, 44, 48, 52 };

static hf_status store_address(hf_thread *thread, const row_form *form, const unsigned char *bytes,
                               hf_ref record, uint32_t field)
{
    HF_FRAME(thread);
    hf_ref string = hf_local(thread);
    char text[64];
    size_t length = form->write(bytes, text, sizeof text);
    hf_status status = string ? hfi_front_string(thread, text, length, string) : HF_E_SLOTS;
    return status == HF_OK ? hf_store(thread, record, field, string) : status;
}

static void store_port(const unsigned char *bytes, hf_ref record, uint32_t field)
{
    uint32_t port = (uint32_t)bytes[0] << 8 | bytes[1];
    (void)hf_set(record, field, &port, sizeof port);
}

static hf_status make_connection(hf_thread *thread, const row_form *form, const unsigned char *row,
                                 hf_ref record)
{
    hf_status status = hfi_native_record(thread, &connection_type, record);
    if (status == HF_OK) {
        status = store_address(thread, form, row + form->here, record, HF_CONNECTION_HERE);
    }
    if (status == HF_OK) {
        status = store_address(thread, form, row + form->there, record, HF_CONNECTION_THERE);
    }
    if (status == HF_OK) {
        store_port(row + form->here_port, record, HF_CONNECTION_HERE_PORT);
        store_port(row + form->there_port, record, HF_CONNECTION_THERE_PORT);
        (void)hf_set(record, HF_CONNECTION_STATE, row + form->state, sizeof(uint32_t));
        (void)hf_set(record, HF_CONNECTION_PROCESS, row + form->process, sizeof(uint32_t));
    }
    return status;
}

static hf_status make_list(hf_thread *thread, const row_form *form, const hf_slot *table,
                           hf_ref array)
{
    HF_FRAME(thread);
    hf_ref record = hf_local(thread);
    uint32_t count = 0;
    hf_status status = record ? hf_bytes_read(table, 0, &count, sizeof count) : HF_E_SLOTS;
    if (status == HF_OK) {
        status = hf_array_create(thread, count, array);
    }
    for (uint32_t i = 0; i < count && status == HF_OK; i++) {
        unsigned char row[56];
        status = hf_bytes_read(table, sizeof count + i * form->size, row, form->size);
        if (status == HF_OK) {
            status = make_connection(thread, form, row, record);
        }
        if (status == HF_OK) {
            status = hf_store_at(thread, array, i, record);
        }
    }
    return status;
}

hf_status hf_connections(hf_thread *thread, hf_adapters_family family, hf_ref connections_out,
                         int64_t *error_out)
{
    HFI_ENTRY(thread);
    if (family != HF_ADAPTERS_V4 && family != HF_ADAPTERS_V6) {
        return HF_E_ARGUMENT;
    }
    HF_FRAME(thread);
    hf_ref table = hf_local(thread);
    hf_ref array = hf_local(thread);
    if (!array || !connections_out) {
        return HF_E_SLOTS;
    }
    hf_status status = hfi_front_fill(
        thread, "GetExtendedTcpTable",
        HF_ARGS(HF_INT(0), HF_UINT(family), HF_INT(OWNERS), HF_UINT(0)), table, error_out);
    if (status == HF_OK) {
        status = make_list(thread, family == HF_ADAPTERS_V4 ? &form_4 : &form_6, table, array);
    }
    hf_copy(connections_out, status == HF_OK ? array : NULL);
    return status;
}

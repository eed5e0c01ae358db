/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: libraries that are the same on all systems.
 *
 * A machine need not have any of them, and where one is installed its file may have a version in
 * its name: a row's library is the name without it.  With an address, or a library that the program
 * opened, the prototype is the same.  Their own codes are numbers here, because their headers need
 * not be there when this is built.
 *
 * WINAPI stands where the library says so of its functions; elsewhere than on Windows it means
 * nothing.
 */

#include "native/portable.h"

/* ---- roles that many rows of a library share ---- */

/* U_BUFFER_OVERFLOW_ERROR.  The code starts as 0 each time, or the call would do nothing at all; a
   negative one is a warning, as that the NUL had no room: it has in the result. */
#define ICU                                                                                        \
    " {fail(code > 0), error(code), grow(error == 15), needed(text, result + 1),"                  \
    " length(text, result)}"

/* VK_INCOMPLETE, a success. */
#define VULKAN " {fail(result < 0), error(result), grow_ok(result == 5)}"

/* CL_INVALID_VALUE, which bad names are too. */
#define OPENCL_INFO                                                                                \
    "uint32_t what, size_t size {capacity(value)}, void *value {out},"                             \
    " size_t *wanted {out, needed(value), length(value)})"                                         \
    " {fail(result != 0), error(result), grow(error == -30)}"

/* CKR_BUFFER_TOO_SMALL; the operation goes on. */
#define PKCS11 " {fail(result != 0), error(result), grow(error == 0x150)}"
#define PKCS11_OUT                                                                                 \
    "void *to {out}, unsigned long *to_size {inout, capacity(to), needed(to), length(to)})" PKCS11

/* SQL_SUCCESS_WITH_INFO; the length leaves the NUL out. */
#define ODBC                                                                                       \
    " {fail(result < 0 || result == 100), error(result), grow_ok(result == 1 && used >= size)}"

/* What comes back is as long as the room but for its NUL. */
#define GL_TEXT  "int size {capacity(text)}, int *used {out, length(text)}"
#define GL_ROLES " {fail(0), grow_ok(used >= size - 1)}"

/* NVML_ERROR_INSUFFICIENT_SIZE. */
#define NVML_TEXT                                                                                  \
    "char *text {out, text}, unsigned int size {capacity(text)})"                                  \
    " {fail(result != 0), error(result), grow(error == 7)}"

/* UV_ENOBUFS of Linux, of BSD and macOS, of Windows. */
#define UV                                                                                         \
    "char *text {out, text}, size_t *size {inout, capacity(text), needed(text), length(text)})"    \
    " {fail(result < 0), error(result), grow(error == -105 || error == -55 || error == -4060)}"

#define PRINTED                                                                                    \
    " {fail(result < 0), grow_ok(result >= size), needed(text, result + 1), length(text, result)}"

const hfp_native hfi_natives_portable[] = {
    /* ---- Vulkan ---- */
    { "vkEnumerateInstanceExtensionProperties", "vulkan",
      "typedef struct { char name[256]; uint32_t version; } VkExtensionProperties; int"
      " WINAPI vkEnumerateInstanceExtensionProperties(const char *layer, uint32_t *count"
      " {inout, capacity(list), length(list)}, VkExtensionProperties *list {out})" VULKAN,
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkEnumerateInstanceLayerProperties", "vulkan",
      "typedef struct { char name[256]; uint32_t version, revision; char description[256]; }"
      " VkLayerProperties; int WINAPI vkEnumerateInstanceLayerProperties(uint32_t *count"
      " {inout, capacity(list), length(list)}, VkLayerProperties *list {out})" VULKAN,
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkEnumerateDeviceExtensionProperties", "vulkan",
      "typedef struct { char name[256]; uint32_t version; } VkExtensionProperties; int"
      " WINAPI vkEnumerateDeviceExtensionProperties(void *device {raw}, const char *layer,"
      " uint32_t *count {inout, capacity(list), length(list)}, VkExtensionProperties *list"
      " {out})" VULKAN,
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkEnumeratePhysicalDevices", "vulkan",
      "int WINAPI vkEnumeratePhysicalDevices(void *instance {raw}, uint32_t *count {inout,"
      " capacity(list), length(list)}, void **list {out})" VULKAN,
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkGetPhysicalDeviceQueueFamilyProperties", "vulkan",
      "typedef struct { uint32_t flags, count, bits, granularity[3]; }"
      " VkQueueFamilyProperties; void WINAPI vkGetPhysicalDeviceQueueFamilyProperties(void"
      " *device {raw}, uint32_t *count {inout, capacity(list), length(list)},"
      " VkQueueFamilyProperties *list {out}) {fail(0), grow_ok(count >= capacity(list))}",
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkGetPhysicalDeviceSurfaceFormatsKHR", "vulkan",
      "typedef struct { int format, space; } VkSurfaceFormatKHR; int WINAPI"
      " vkGetPhysicalDeviceSurfaceFormatsKHR(void *device {raw}, uint64_t surface, uint32_t"
      " *count {inout, capacity(list), length(list)}, VkSurfaceFormatKHR *list {out})" VULKAN,
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkGetPhysicalDeviceSurfacePresentModesKHR", "vulkan",
      "int WINAPI vkGetPhysicalDeviceSurfacePresentModesKHR(void *device {raw}, uint64_t"
      " surface, uint32_t *count {inout, capacity(list), length(list)}, int *list {out})" VULKAN,
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkGetSwapchainImagesKHR", "vulkan",
      "int WINAPI vkGetSwapchainImagesKHR(void *device {raw}, uint64_t swapchain, uint32_t"
      " *count {inout, capacity(list), length(list)}, uint64_t *list {out})" VULKAN,
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkGetPipelineCacheData", "vulkan",
      "int WINAPI vkGetPipelineCacheData(void *device {raw}, uint64_t cache, size_t *size"
      " {inout, capacity(data), length(data)}, void *data {out})" VULKAN,
      "Vulkan 1.3 specification", HFP_DOCUMENTED },

    /* ---- OpenCL ---- */
    /* Says how many there are, and succeeds with as many as there is room for. */
    { "clGetPlatformIDs", "OpenCL",
      "int32_t WINAPI clGetPlatformIDs(uint32_t size {capacity(list)}, void **list {out},"
      " uint32_t *count {out, needed(list), length(list)}) {fail(result != 0),"
      " error(result), grow_ok(count > size)}",
      "OpenCL 3.0 specification", HFP_DOCUMENTED },
    { "clGetDeviceIDs", "OpenCL",
      "int32_t WINAPI clGetDeviceIDs(void *platform {raw}, uint64_t kind, uint32_t size"
      " {capacity(list)}, void **list {out}, uint32_t *count {out, needed(list),"
      " length(list)}) {fail(result != 0), error(result), grow_ok(count > size)}",
      "OpenCL 3.0 specification", HFP_DOCUMENTED },
    { "clGetPlatformInfo", "OpenCL",
      "int32_t WINAPI clGetPlatformInfo(void *platform {raw}, " OPENCL_INFO,
      "OpenCL 3.0 specification", HFP_PUBLISHED },
    { "clGetDeviceInfo", "OpenCL",
      "int32_t WINAPI clGetDeviceInfo(void *device {raw}, " OPENCL_INFO, "OpenCL 3.0 specification",
      HFP_PUBLISHED },
    { "clGetContextInfo", "OpenCL",
      "int32_t WINAPI clGetContextInfo(void *context {raw}, " OPENCL_INFO,
      "OpenCL 3.0 specification", HFP_PUBLISHED },
    { "clGetMemObjectInfo", "OpenCL",
      "int32_t WINAPI clGetMemObjectInfo(void *memory {raw}, " OPENCL_INFO,
      "OpenCL 3.0 specification", HFP_PUBLISHED },
    { "clGetKernelInfo", "OpenCL",
      "int32_t WINAPI clGetKernelInfo(void *kernel {raw}, " OPENCL_INFO, "OpenCL 3.0 specification",
      HFP_PUBLISHED },
    { "clGetProgramBuildInfo", "OpenCL",
      "int32_t WINAPI clGetProgramBuildInfo(void *program {raw}, void *device {raw}, " OPENCL_INFO,
      "OpenCL 3.0 specification", HFP_PUBLISHED },

    /* ---- PKCS #11. Modules export these beside their function list. ---- */
    { "C_GetSlotList", "p11-kit-proxy",
      "unsigned long C_GetSlotList(unsigned char present, unsigned long *slots {out},"
      " unsigned long *count {inout, capacity(slots), needed(slots), length(slots)})" PKCS11,
      "PKCS #11 v2.40", HFP_PUBLISHED },
    { "C_GetMechanismList", "p11-kit-proxy",
      "unsigned long C_GetMechanismList(unsigned long slot, unsigned long *list {out},"
      " unsigned long *count {inout, capacity(list), needed(list), length(list)})" PKCS11,
      "PKCS #11 v2.40", HFP_PUBLISHED },
    { "C_Sign", "p11-kit-proxy",
      "unsigned long C_Sign(unsigned long session, const void *from, unsigned long from_size"
      " {capacity(from)}, " PKCS11_OUT,
      "PKCS #11 v2.40", HFP_PUBLISHED },
    { "C_Encrypt", "p11-kit-proxy",
      "unsigned long C_Encrypt(unsigned long session, const void *from, unsigned long"
      " from_size {capacity(from)}, " PKCS11_OUT,
      "PKCS #11 v2.40", HFP_PUBLISHED },
    { "C_Decrypt", "p11-kit-proxy",
      "unsigned long C_Decrypt(unsigned long session, const void *from, unsigned long"
      " from_size {capacity(from)}, " PKCS11_OUT,
      "PKCS #11 v2.40", HFP_PUBLISHED },
    { "C_Digest", "p11-kit-proxy",
      "unsigned long C_Digest(unsigned long session, const void *from, unsigned long"
      " from_size {capacity(from)}, " PKCS11_OUT,
      "PKCS #11 v2.40", HFP_PUBLISHED },
    { "C_SignFinal", "p11-kit-proxy",
      "unsigned long C_SignFinal(unsigned long session, " PKCS11_OUT, "PKCS #11 v2.40",
      HFP_DOCUMENTED },
    { "C_DigestFinal", "p11-kit-proxy",
      "unsigned long C_DigestFinal(unsigned long session, " PKCS11_OUT, "PKCS #11 v2.40",
      HFP_DOCUMENTED },
    { "C_GetOperationState", "p11-kit-proxy",
      "unsigned long C_GetOperationState(unsigned long session, " PKCS11_OUT, "PKCS #11 v2.40",
      HFP_DOCUMENTED },
    { "C_WrapKey", "p11-kit-proxy",
      "unsigned long C_WrapKey(unsigned long session, void *how {raw}, unsigned long by,"
      " unsigned long key, " PKCS11_OUT,
      "PKCS #11 v2.40", HFP_DOCUMENTED },

    /* ---- ODBC ---- */
    { "SQLGetInfo", "odbc",
      "int16_t WINAPI SQLGetInfo(void *connection {raw}, uint16_t what, char *text {out},"
      " int16_t size {capacity(text)}, int16_t *used {out, needed(text, + 1), length(text)})" ODBC,
      "ODBC programmer's reference", HFP_PUBLISHED },
    { "SQLGetDiagRec", "odbc",
      "int16_t WINAPI SQLGetDiagRec(int16_t kind, void *handle {raw}, int16_t number, char"
      " *state {out, size(6)}, int32_t *native {out}, char *text {out, text}, int16_t size"
      " {capacity(text)}, int16_t *used {out, needed(text, + 1), length(text)})" ODBC,
      "ODBC programmer's reference", HFP_PUBLISHED },
    { "SQLDescribeCol", "odbc",
      "int16_t WINAPI SQLDescribeCol(void *statement {raw}, uint16_t number, char *text"
      " {out, text}, int16_t size {capacity(text)}, int16_t *used {out, needed(text, + 1),"
      " length(text)}, int16_t *type {out}, size_t *width {out}, int16_t *digits {out},"
      " int16_t *nullable {out})" ODBC,
      "ODBC programmer's reference", HFP_DOCUMENTED },
    { "SQLGetCursorName", "odbc",
      "int16_t WINAPI SQLGetCursorName(void *statement {raw}, char *text {out, text},"
      " int16_t size {capacity(text)}, int16_t *used {out, needed(text, + 1), length(text)})" ODBC,
      "ODBC programmer's reference", HFP_DOCUMENTED },
    { "SQLColAttribute", "odbc",
      "int16_t WINAPI SQLColAttribute(void *statement {raw}, uint16_t number, uint16_t what,"
      " char *text {out}, int16_t size {capacity(text)}, int16_t *used {out, needed(text, +"
      " 1), length(text)}, ssize_t *value {out})" ODBC,
      "ODBC programmer's reference", HFP_DOCUMENTED },
    { "SQLNativeSql", "odbc",
      "int16_t WINAPI SQLNativeSql(void *connection {raw}, const char *from, int32_t"
      " from_size, char *text {out, text}, int32_t size {capacity(text)}, int32_t *used"
      " {out, needed(text, + 1), length(text)})" ODBC,
      "ODBC programmer's reference", HFP_DOCUMENTED },
    { "SQLGetConnectAttr", "odbc",
      "int16_t WINAPI SQLGetConnectAttr(void *connection {raw}, int32_t what, char *text"
      " {out}, int32_t size {capacity(text)}, int32_t *used {out, needed(text, + 1),"
      " length(text)})" ODBC,
      "ODBC programmer's reference", HFP_DOCUMENTED },
    /* type: SQL_C_CHAR, SQL_C_BINARY. Cut, it goes on with the next call; text has a NUL behind
       each piece. */
    { "SQLGetData:text", "odbc",
      "int16_t WINAPI SQLGetData(void *statement {raw}, uint16_t number, int16_t type, char"
      " *bytes {out, room(least 2)}, ssize_t size {capacity(bytes)}, ssize_t *left {out})"
      " {fail(result < 0 || result == 100), error(result), length(bytes, (result == 1 &&"
      " (left < 0 || left >= size)) * (size - 1) + !(result == 1 && (left < 0 || left >="
      " size)) * (left > 0) * left), append(bytes, (result == 1 && (left < 0 || left >="
      " size)))}",
      "ODBC programmer's reference", HFP_PUBLISHED },
    { "SQLGetData:binary", "odbc",
      "int16_t WINAPI SQLGetData(void *statement {raw}, uint16_t number, int16_t type, char"
      " *bytes {out, room(least 2)}, ssize_t size {capacity(bytes)}, ssize_t *left {out})"
      " {fail(result < 0 || result == 100), error(result), length(bytes, (result == 1 &&"
      " (left < 0 || left > size)) * (size) + !(result == 1 && (left < 0 || left > size)) *"
      " (left > 0) * left), append(bytes, (result == 1 && (left < 0 || left > size)))}",
      "ODBC programmer's reference", HFP_PUBLISHED },

    /* ---- OpenSSL ---- */
    { "OBJ_obj2txt", "crypto",
      "int OBJ_obj2txt(char *text {out, text}, int size {capacity(text)}, void *object"
      " {raw}, int as_number)" PRINTED,
      "OpenSSL 3.0 manual", HFP_DOCUMENTED },
    { "SSL_get_finished", "ssl",
      "size_t SSL_get_finished(void *ssl {raw}, void *bytes {out}, size_t size"
      " {capacity(bytes)}) {fail(0), grow_ok(result > size), needed(bytes, result),"
      " length(bytes, result)}",
      "OpenSSL 3.0 manual", HFP_DOCUMENTED },
    { "SSL_get_peer_finished", "ssl",
      "size_t SSL_get_peer_finished(void *ssl {raw}, void *bytes {out}, size_t size"
      " {capacity(bytes)}) {fail(0), grow_ok(result > size), needed(bytes, result),"
      " length(bytes, result)}",
      "OpenSSL 3.0 manual", HFP_DOCUMENTED },
    { "SSL_SESSION_get_master_key", "ssl",
      "size_t SSL_SESSION_get_master_key(void *session {raw}, unsigned char *bytes {out},"
      " size_t size {capacity(bytes)}) {fail(0), grow_ok(result == size), length(bytes,"
      " result)}",
      "OpenSSL 3.0 manual", HFP_DOCUMENTED },
    { "SSL_get_client_random", "ssl",
      "size_t SSL_get_client_random(void *ssl {raw}, unsigned char *bytes {out}, size_t size"
      " {capacity(bytes)}) {fail(0), grow_ok(result == size), length(bytes, result)}",
      "OpenSSL 3.0 manual", HFP_DOCUMENTED },
    { "SSL_get_server_random", "ssl",
      "size_t SSL_get_server_random(void *ssl {raw}, unsigned char *bytes {out}, size_t size"
      " {capacity(bytes)}) {fail(0), grow_ok(result == size), length(bytes, result)}",
      "OpenSSL 3.0 manual", HFP_DOCUMENTED },

    /* ---- OpenGL and EGL. Some systems give these by address alone. ---- */
    { "glGetShaderInfoLog", "GL",
      "void WINAPI glGetShaderInfoLog(uint32_t shader, " GL_TEXT
      ", char *text {out, text})" GL_ROLES,
      "OpenGL 4.6 specification", HFP_DOCUMENTED },
    { "glGetProgramInfoLog", "GL",
      "void WINAPI glGetProgramInfoLog(uint32_t program, " GL_TEXT
      ", char *text {out, text})" GL_ROLES,
      "OpenGL 4.6 specification", HFP_DOCUMENTED },
    { "glGetShaderSource", "GL",
      "void WINAPI glGetShaderSource(uint32_t shader, " GL_TEXT
      ", char *text {out, text})" GL_ROLES,
      "OpenGL 4.6 specification", HFP_DOCUMENTED },
    { "glGetObjectLabel", "GL",
      "void WINAPI glGetObjectLabel(uint32_t kind, uint32_t name, " GL_TEXT
      ", char *text {out, text})" GL_ROLES,
      "OpenGL 4.6 specification", HFP_DOCUMENTED },
    { "glGetProgramResourceName", "GL",
      "void WINAPI glGetProgramResourceName(uint32_t program, uint32_t interface, uint32_t"
      " index, " GL_TEXT ", char *text {out, text})" GL_ROLES,
      "OpenGL 4.6 specification", HFP_DOCUMENTED },
    { "glGetActiveUniformName", "GL",
      "void WINAPI glGetActiveUniformName(uint32_t program, uint32_t index, " GL_TEXT
      ", char *text {out, text})" GL_ROLES,
      "OpenGL 4.6 specification", HFP_DOCUMENTED },
    { "glGetActiveUniformBlockName", "GL",
      "void WINAPI glGetActiveUniformBlockName(uint32_t program, uint32_t index, " GL_TEXT
      ", char *text {out, text})" GL_ROLES,
      "OpenGL 4.6 specification", HFP_DOCUMENTED },
    { "glGetActiveAttrib", "GL",
      "void WINAPI glGetActiveAttrib(uint32_t program, uint32_t index, " GL_TEXT
      ", int *count {out}, uint32_t *type {out}, char *text {out, text})" GL_ROLES,
      "OpenGL 4.6 specification", HFP_DOCUMENTED },
    { "glGetActiveUniform", "GL",
      "void WINAPI glGetActiveUniform(uint32_t program, uint32_t index, " GL_TEXT
      ", int *count {out}, uint32_t *type {out}, char *text {out, text})" GL_ROLES,
      "OpenGL 4.6 specification", HFP_DOCUMENTED },
    { "glGetAttachedShaders", "GL",
      "void WINAPI glGetAttachedShaders(uint32_t program, int size {capacity(list)}, int"
      " *count {out, length(list)}, uint32_t *list {out}) {fail(0), grow_ok(count >= size)}",
      "OpenGL 4.6 specification", HFP_DOCUMENTED },
    { "eglGetConfigs", "EGL",
      "unsigned int WINAPI eglGetConfigs(void *display {raw}, void **list {out}, int size"
      " {capacity(list)}, int *count {out, length(list)}) {fail(result == 0), grow_ok(count"
      " >= size)}",
      "EGL 1.5 specification", HFP_DOCUMENTED },
    { "eglChooseConfig", "EGL",
      "unsigned int WINAPI eglChooseConfig(void *display {raw}, const int *wanted, void"
      " **list {out}, int size {capacity(list)}, int *count {out, length(list)})"
      " {fail(result == 0), grow_ok(count >= size)}",
      "EGL 1.5 specification", HFP_DOCUMENTED },

    /* ---- Compression. Bad data has another code, unless a comment says what else bounds the room.
       ---- */
    { "uncompress", "z",
      "int uncompress(unsigned char *to {out}, unsigned long *size {inout, capacity(to),"
      " length(to)}, const unsigned char *from, unsigned long from_size {capacity(from)})"
      " {fail(result != 0), error(result), grow(error == -5)}",
      "zlib 1.2.13 manual", HFP_DOCUMENTED },
    { "compress", "z",
      "int compress(unsigned char *to {out}, unsigned long *size {inout, capacity(to),"
      " length(to)}, const unsigned char *from, unsigned long from_size {capacity(from)})"
      " {fail(result != 0), error(result), grow(error == -5)}",
      "zlib 1.2.13 manual", HFP_DOCUMENTED },
    { "compress2", "z",
      "int compress2(unsigned char *to {out}, unsigned long *size {inout, capacity(to),"
      " length(to)}, const unsigned char *from, unsigned long from_size {capacity(from)},"
      " int level) {fail(result != 0), error(result), grow(error == -5)}",
      "zlib 1.2.13 manual", HFP_DOCUMENTED },
    { "BZ2_bzBuffToBuffDecompress", "bz2",
      "int WINAPI BZ2_bzBuffToBuffDecompress(char *to {out}, unsigned int *size {inout,"
      " capacity(to), length(to)}, const char *from {in}, unsigned int from_size"
      " {capacity(from)}, int is_small, int verbosity) {fail(result != 0), error(result),"
      " grow(error == -8)}",
      "bzip2 1.0.8 manual", HFP_DOCUMENTED },
    { "BZ2_bzBuffToBuffCompress", "bz2",
      "int WINAPI BZ2_bzBuffToBuffCompress(char *to {out}, unsigned int *size {inout,"
      " capacity(to), length(to)}, const char *from {in}, unsigned int from_size"
      " {capacity(from)}, int block, int verbosity, int factor) {fail(result != 0),"
      " error(result), grow(error == -8)}",
      "bzip2 1.0.8 manual", HFP_DOCUMENTED },
    { "lzma_stream_buffer_decode", "lzma",
      "int lzma_stream_buffer_decode(uint64_t *memory_most {inout}, uint32_t flags, void"
      " *allocator {raw}, const uint8_t *from, size_t *from_at {inout}, size_t from_size"
      " {capacity(from)}, uint8_t *to {out}, size_t *to_at {inout, length(to)}, size_t size"
      " {capacity(to)}) {fail(result != 0), error(result), grow(error == 10)}",
      "liblzma, lzma/container.h", HFP_DOCUMENTED },
    /* ssize_t, so that ZSTD_error_dstSize_tooSmall is -70 on all machines. */
    { "ZSTD_decompress", "zstd",
      "ssize_t ZSTD_decompress(void *to {out}, size_t size {capacity(to)}, const void *from,"
      " size_t from_size {capacity(from)}) {fail(result < 0), error(result), grow(error =="
      " -70), length(to, result)}",
      "zstd 1.5 manual", HFP_DOCUMENTED },
    { "ZSTD_compress", "zstd",
      "ssize_t ZSTD_compress(void *to {out}, size_t size {capacity(to)}, const void *from,"
      " size_t from_size {capacity(from)}, int level) {fail(result < 0), error(result),"
      " grow(error == -70), length(to, result)}",
      "zstd 1.5 manual", HFP_DOCUMENTED },
    /* Any negative number for any reason; a byte never stands for more than 255. */
    { "LZ4_decompress_safe", "lz4",
      "int LZ4_decompress_safe(const char *from {in}, char *to {out}, int from_size"
      " {capacity(from)}, int size {capacity(to)}) {fail(result < 0), error(result),"
      " grow(size / 255 <= from_size), length(to, result)}",
      "lz4.h 1.9", HFP_DOCUMENTED },
    { "LZ4_compress_default", "lz4",
      "int LZ4_compress_default(const char *from {in}, char *to {out}, int from_size"
      " {capacity(from)}, int size {capacity(to)}) {fail(result == 0), grow(result == 0),"
      " length(to, result)}",
      "lz4.h 1.9", HFP_DOCUMENTED },
    /* One code for all; when the room is full the reason was that. */
    { "BrotliDecoderDecompress", "brotlidec",
      "int BrotliDecoderDecompress(size_t from_size {capacity(from)}, const uint8_t *from,"
      " size_t *size {inout, capacity(to), length(to)}, uint8_t *to {out}) {fail(result !="
      " 1), error(result), grow(size >= capacity(to))}",
      "brotli/decode.h 1.0.9", HFP_DOCUMENTED },
    { "snappy_uncompress", "snappy",
      "int snappy_uncompress(const char *from {in}, size_t from_size {capacity(from)}, char"
      " *to {out}, size_t *size {inout, capacity(to), length(to)}) {fail(result != 0),"
      " error(result), grow(error == 2)}",
      "snappy-c.h 1.1", HFP_DOCUMENTED },
    { "libdeflate_deflate_decompress", "deflate",
      "int libdeflate_deflate_decompress(void *how {raw}, const void *from, size_t from_size"
      " {capacity(from)}, void *to {out}, size_t size {capacity(to)}, size_t *used {out,"
      " length(to)}) {fail(result != 0), error(result), grow(error == 3)}",
      "libdeflate.h 1.14", HFP_DOCUMENTED },
    { "libdeflate_zlib_decompress", "deflate",
      "int libdeflate_zlib_decompress(void *how {raw}, const void *from, size_t from_size"
      " {capacity(from)}, void *to {out}, size_t size {capacity(to)}, size_t *used {out,"
      " length(to)}) {fail(result != 0), error(result), grow(error == 3)}",
      "libdeflate.h 1.14", HFP_DOCUMENTED },
    { "libdeflate_gzip_decompress", "deflate",
      "int libdeflate_gzip_decompress(void *how {raw}, const void *from, size_t from_size"
      " {capacity(from)}, void *to {out}, size_t size {capacity(to)}, size_t *used {out,"
      " length(to)}) {fail(result != 0), error(result), grow(error == 3)}",
      "libdeflate.h 1.14", HFP_DOCUMENTED },

    /* ---- HDF5 ---- */
    { "H5Fget_name", "hdf5",
      "ssize_t H5Fget_name(int64_t file, char *text {out, text}, size_t size"
      " {capacity(text)})" PRINTED,
      "HDF5 1.10 reference manual", HFP_DOCUMENTED },
    { "H5Iget_name", "hdf5",
      "ssize_t H5Iget_name(int64_t object, char *text {out, text}, size_t size"
      " {capacity(text)})" PRINTED,
      "HDF5 1.10 reference manual", HFP_DOCUMENTED },
    { "H5Aget_name", "hdf5",
      "ssize_t H5Aget_name(int64_t attribute, size_t size {capacity(text)}, char *text {out,"
      " text})" PRINTED,
      "HDF5 1.10 reference manual", HFP_DOCUMENTED },

    /* ---- X11: XBufferOverflow is a status of its own ---- */
    { "Xutf8LookupString", "X11",
      "int Xutf8LookupString(void *context {raw}, void *event {raw}, char *text {out}, int"
      " size {capacity(text)}, unsigned long *key {out}, int *how {out}) {fail(0),"
      " grow_ok(how == -1), needed(text, result), length(text, result)}",
      "Xlib, chapter 13", HFP_DOCUMENTED },
    { "XmbLookupString", "X11",
      "int XmbLookupString(void *context {raw}, void *event {raw}, char *text {out}, int"
      " size {capacity(text)}, unsigned long *key {out}, int *how {out}) {fail(0),"
      " grow_ok(how == -1), needed(text, result), length(text, result)}",
      "Xlib, chapter 13", HFP_DOCUMENTED },
    { "XwcLookupString", "X11",
      "int XwcLookupString(void *context {raw}, void *event {raw}, wchar_t *text {out}, int"
      " size {capacity(text)}, unsigned long *key {out}, int *how {out}) {fail(0),"
      " grow_ok(how == -1), needed(text, result), length(text, result)}",
      "Xlib, chapter 13", HFP_DOCUMENTED },

    /* ---- NVML ---- */
    { "nvmlSystemGetDriverVersion", "nvidia-ml", "int nvmlSystemGetDriverVersion(" NVML_TEXT,
      "NVML API reference", HFP_DOCUMENTED },
    { "nvmlSystemGetNVMLVersion", "nvidia-ml", "int nvmlSystemGetNVMLVersion(" NVML_TEXT,
      "NVML API reference", HFP_DOCUMENTED },
    { "nvmlSystemGetProcessName", "nvidia-ml",
      "int nvmlSystemGetProcessName(unsigned int process, " NVML_TEXT, "NVML API reference",
      HFP_DOCUMENTED },
    { "nvmlDeviceGetName", "nvidia-ml", "int nvmlDeviceGetName(void *device {raw}, " NVML_TEXT,
      "NVML API reference", HFP_DOCUMENTED },
    { "nvmlDeviceGetUUID", "nvidia-ml", "int nvmlDeviceGetUUID(void *device {raw}, " NVML_TEXT,
      "NVML API reference", HFP_DOCUMENTED },
    { "nvmlDeviceGetSerial", "nvidia-ml", "int nvmlDeviceGetSerial(void *device {raw}, " NVML_TEXT,
      "NVML API reference", HFP_DOCUMENTED },
    { "nvmlDeviceGetVbiosVersion", "nvidia-ml",
      "int nvmlDeviceGetVbiosVersion(void *device {raw}, " NVML_TEXT, "NVML API reference",
      HFP_DOCUMENTED },
    { "nvmlDeviceGetComputeRunningProcesses_v3", "nvidia-ml",
      "typedef struct { unsigned int process; unsigned long long memory; unsigned int gpu,"
      " compute; } nvmlProcessInfo; int nvmlDeviceGetComputeRunningProcesses_v3(void *device"
      " {raw}, unsigned int *count {inout, capacity(list), needed(list), length(list)},"
      " nvmlProcessInfo *list {out}) {fail(result != 0), error(result), grow(error == 7)}",
      "NVML API reference", HFP_DOCUMENTED },

    /* ---- libuv ---- */
    { "uv_cwd", "uv", "int uv_cwd(" UV, "libuv 1.44 documentation", HFP_DOCUMENTED },
    { "uv_os_homedir", "uv", "int uv_os_homedir(" UV, "libuv 1.44 documentation", HFP_DOCUMENTED },
    { "uv_os_tmpdir", "uv", "int uv_os_tmpdir(" UV, "libuv 1.44 documentation", HFP_DOCUMENTED },
    { "uv_os_gethostname", "uv", "int uv_os_gethostname(" UV, "libuv 1.44 documentation",
      HFP_DOCUMENTED },
    { "uv_os_getenv", "uv", "int uv_os_getenv(const char *name, " UV, "libuv 1.44 documentation",
      HFP_DOCUMENTED },
    { NULL, NULL, NULL, NULL, 0 },
};

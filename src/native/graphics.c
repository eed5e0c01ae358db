/* SPDX-License-Identifier: MIT */

/*
 * The catalogue: libraries for graphics and for processors that draw, which are the same on all
 * systems.  What portable.c says of libraries, codes and WINAPI holds here too.
 */

#include "native/portable.h"

/* ---- roles that many rows of a library share ---- */

/* VK_INCOMPLETE, a success. */
#define VULKAN        " {fail(result < 0), error(result), grow_ok(result == 5)}"
#define VULKAN_LISTED " {fail(result < 0), error(result), grow_ok(result == 5), query(list, count)}"

/* CL_INVALID_VALUE, which bad names are too. */
#define OPENCL_INFO                                                                                \
    "uint32_t what, size_t size {capacity(value)}, void *value {out},"                             \
    " size_t *wanted {out, needed(value), length(value)})"                                         \
    " {fail(result != 0), error(result), grow(error == -30)}"

/* What comes back is as long as the room but for its NUL. */
#define GL_TEXT  "int size {capacity(text)}, int *used {out, length(text)}"
#define GL_ROLES " {fail(0), grow_ok(used >= size - 1)}"

/* NVML_ERROR_INSUFFICIENT_SIZE. */
#define NVML_TEXT                                                                                  \
    "char *text {out, text}, unsigned int size {capacity(text)})"                                  \
    " {fail(result != 0), error(result), grow(error == 7)}"

const hfp_native hfi_natives_graphics[] = {
    /* ---- Vulkan ---- */
    { "vkEnumerateInstanceExtensionProperties", "vulkan",
      "typedef struct { char name[256]; uint32_t version; } VkExtensionProperties; int"
      " WINAPI vkEnumerateInstanceExtensionProperties(const char *layer, uint32_t *count"
      " {inout, capacity(list), length(list)}, VkExtensionProperties *list {out})" VULKAN_LISTED,
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkEnumerateInstanceLayerProperties", "vulkan",
      "typedef struct { char name[256]; uint32_t version, revision; char description[256]; }"
      " VkLayerProperties; int WINAPI vkEnumerateInstanceLayerProperties(uint32_t *count"
      " {inout, capacity(list), length(list)}, VkLayerProperties *list {out})" VULKAN_LISTED,
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkEnumerateDeviceExtensionProperties", "vulkan",
      "typedef struct { char name[256]; uint32_t version; } VkExtensionProperties; int"
      " WINAPI vkEnumerateDeviceExtensionProperties(void *device {raw}, const char *layer,"
      " uint32_t *count {inout, capacity(list), length(list)}, VkExtensionProperties *list"
      " {out})" VULKAN_LISTED,
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkEnumeratePhysicalDevices", "vulkan",
      "int WINAPI vkEnumeratePhysicalDevices(void *instance {raw}, uint32_t *count {inout,"
      " capacity(list), length(list)}, void **list {out})" VULKAN_LISTED,
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkGetPhysicalDeviceQueueFamilyProperties", "vulkan",
      "typedef struct { uint32_t flags, count, bits, granularity[3]; }"
      " VkQueueFamilyProperties; void WINAPI vkGetPhysicalDeviceQueueFamilyProperties(void"
      " *device {raw}, uint32_t *count {inout, capacity(list), length(list)},"
      " VkQueueFamilyProperties *list {out}) {fail(0), grow_ok(count >= capacity(list)),"
      " query(list, count + 1)}",
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkGetPhysicalDeviceSurfaceFormatsKHR", "vulkan",
      "typedef struct { int format, space; } VkSurfaceFormatKHR; int WINAPI"
      " vkGetPhysicalDeviceSurfaceFormatsKHR(void *device {raw}, uint64_t surface, uint32_t"
      " *count {inout, capacity(list), length(list)}, VkSurfaceFormatKHR *list "
      "{out})" VULKAN_LISTED,
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkGetPhysicalDeviceSurfacePresentModesKHR", "vulkan",
      "int WINAPI vkGetPhysicalDeviceSurfacePresentModesKHR(void *device {raw}, uint64_t"
      " surface, uint32_t *count {inout, capacity(list), length(list)}, int *list "
      "{out})" VULKAN_LISTED,
      "Vulkan 1.3 specification", HFP_PUBLISHED },
    { "vkGetSwapchainImagesKHR", "vulkan",
      "int WINAPI vkGetSwapchainImagesKHR(void *device {raw}, uint64_t swapchain, uint32_t"
      " *count {inout, capacity(list), length(list)}, uint64_t *list {out})" VULKAN_LISTED,
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
    { NULL, NULL, NULL, NULL, 0 },
};

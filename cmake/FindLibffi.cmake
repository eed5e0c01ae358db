# SPDX-License-Identifier: MIT
#
# Finds libffi and defines Libffi::ffi. Installed with the package, because whoever links the static
# library has to find libffi as well.
find_path(Libffi_INCLUDE_DIR ffi.h)
find_library(Libffi_LIBRARY ffi)
mark_as_advanced(Libffi_INCLUDE_DIR Libffi_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libffi REQUIRED_VARS Libffi_LIBRARY Libffi_INCLUDE_DIR)

if(Libffi_FOUND AND NOT TARGET Libffi::ffi)
    add_library(Libffi::ffi UNKNOWN IMPORTED)
    set_target_properties(Libffi::ffi PROPERTIES
        IMPORTED_LOCATION ${Libffi_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${Libffi_INCLUDE_DIR})
endif()

# SPDX-License-Identifier: MIT
#
# Headers, library, CMake package and pkg-config file. cmake/InstallTest.cmake holds them to it.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/holdfast)

install(TARGETS holdfast EXPORT holdfast-targets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.h")
install(EXPORT holdfast-targets NAMESPACE holdfast:: DESTINATION ${package_dir})

get_target_property(type holdfast TYPE)
if(type STREQUAL STATIC_LIBRARY)
    set(HOLDFAST_IS_STATIC ON)
    set(pc_definition -DHF_STATIC)
else()
    set(HOLDFAST_IS_STATIC OFF)
    set(pc_definition "")
endif()
configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/holdfast-config.cmake.in
    ${PROJECT_BINARY_DIR}/package/holdfast-config.cmake
    INSTALL_DESTINATION ${package_dir}
    NO_SET_AND_CHECK_MACRO)
if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(compatibility SameMinorVersion)
else()
    set(compatibility SameMajorVersion)
endif()
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/package/holdfast-config-version.cmake COMPATIBILITY ${compatibility})
install(FILES
    ${PROJECT_BINARY_DIR}/package/holdfast-config.cmake
    ${PROJECT_BINARY_DIR}/package/holdfast-config-version.cmake
    ${PROJECT_SOURCE_DIR}/cmake/FindLibffi.cmake
    DESTINATION ${package_dir})

# The prefix is told relative to the file's own place, so that an installed tree can be moved.
file(RELATIVE_PATH pc_prefix
    ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
if(WIN32)
    set(pc_system_libraries "-lsynchronization -lws2_32")
else()
    set(pc_system_libraries "-pthread")
    foreach(library IN LISTS CMAKE_DL_LIBS)
        string(APPEND pc_system_libraries " -l${library}")
    endforeach()
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/holdfast.pc.in
    ${PROJECT_BINARY_DIR}/package/holdfast.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/holdfast.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# `cmake --install`: the program, kairos-plot with its figures, the man page, and the physics as a library for other projects:
#   find_package(kairos REQUIRED)
#   target_link_libraries(mine PRIVATE kairos::kairos_physics)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The libraries' folders as linked: rewriting them at installation fails where the wrapper of MPI names them too.
set_target_properties(kairos PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS kairos RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(PROGRAMS jobs/kairos-plot DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(DIRECTORY jobs/kairos_figures DESTINATION share/kairos COMPONENT program FILES_MATCHING PATTERN "*.py"
        PATTERN "__pycache__" EXCLUDE)  # where kairos-plot looks for them
install(FILES jobs/two-clusters.ini jobs/collapse.ini jobs/scaling.ini DESTINATION share/kairos COMPONENT program)
install(FILES docs/man/kairos.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)

install(TARGETS kairos_physics ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
foreach(room base random law dynamics measure phases)
  install(DIRECTORY include/kairos/${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/kairos COMPONENT development)
endforeach()

# The imported target is written out rather than exported: what the rooms link is theirs alone, but for Eigen (in the headers)
# and Highway (in the archive).
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/kairos)
configure_package_config_file(cmake/kairosConfig.cmake.in ${CMAKE_BINARY_DIR}/generated/kairosConfig.cmake
                              INSTALL_DESTINATION ${package} PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/kairosConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_BINARY_DIR}/generated/kairosConfig.cmake ${CMAKE_BINARY_DIR}/generated/kairosConfigVersion.cmake
        DESTINATION ${package} COMPONENT development)

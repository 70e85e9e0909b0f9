# What CPACK_STRIP_FILES leaves alone: the debug information of static libraries.
file(GLOB_RECURSE archives "${CPACK_TEMPORARY_DIRECTORY}/*.a")
execute_process(COMMAND "${CPACK_STRIP}" --strip-debug --enable-deterministic-archives ${archives}
                COMMAND_ERROR_IS_FATAL ANY)

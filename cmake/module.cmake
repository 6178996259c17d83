# module(<path> LEVEL <n> [DEPS <module>...] [SIDEWAYS <module>...] [LINK <external>...])
#
# One static library from src/<path>/*.cpp and one test program from its *_test.cpp files.
#
# The headers of a module can be included only by modules that name it: each module has a private include root
# (build/include/<name>/<path>, a link to its folder) and a target sees its own root and those of its DEPS, nothing
# that its DEPS see. A DEPS entry must have a lower LEVEL; an entry of the same level must be named in SIDEWAYS. The
# entry must be declared earlier in the file, so a cycle cannot be written down.
define_property(TARGET PROPERTY BASEKEEPER_LEVEL BRIEF_DOCS "layer of a module" FULL_DOCS "layer of a module, 0 lowest")
define_property(TARGET PROPERTY BASEKEEPER_ROOT BRIEF_DOCS "include root" FULL_DOCS "private include root of a module")

function(module path)
    cmake_parse_arguments(arg "" "LEVEL" "DEPS;SIDEWAYS;LINK" ${ARGN})
    if(arg_UNPARSED_ARGUMENTS OR NOT DEFINED arg_LEVEL)
        message(FATAL_ERROR "module(${path}): LEVEL is required, '${arg_UNPARSED_ARGUMENTS}' is not understood")
    endif()
    string(REPLACE "/" "_" name ${path})
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${path}/*.cpp)
    set(tests ${sources})
    list(FILTER sources EXCLUDE REGEX "_test\\.cpp$|/main\\.cpp$")
    list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
    if(NOT sources)
        message(FATAL_ERROR "src/${path} has no .cpp file")
    endif()

    set(root ${PROJECT_BINARY_DIR}/include/${name})
    cmake_path(GET path PARENT_PATH parent)
    file(MAKE_DIRECTORY ${root}/${parent})
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${path} ${root}/${path} SYMBOLIC)

    add_library(${name} STATIC ${sources})
    set_target_properties(${name} PROPERTIES BASEKEEPER_LEVEL ${arg_LEVEL} BASEKEEPER_ROOT ${root})
    target_link_libraries(${name} PRIVATE basekeeper_flags Boost::headers fmt::fmt-header-only Threads::Threads ${arg_LINK})

    set(roots ${root})
    foreach(dep IN LISTS arg_DEPS arg_SIDEWAYS)
        string(REPLACE "/" "_" dep_name ${dep})
        if(NOT TARGET ${dep_name})
            message(FATAL_ERROR "src/${path} may not use '${dep}': it is not declared before it")
        endif()
        get_target_property(dep_level ${dep_name} BASEKEEPER_LEVEL)
        if(dep_level GREATER arg_LEVEL OR (dep_level EQUAL arg_LEVEL AND NOT dep IN_LIST arg_SIDEWAYS))
            message(FATAL_ERROR
                "src/${path} (level ${arg_LEVEL}) may not use '${dep}' (level ${dep_level}): it is not a lower layer")
        endif()
        get_target_property(dep_root ${dep_name} BASEKEEPER_ROOT)
        list(APPEND roots ${dep_root})
        # LINK_ONLY: the library is linked, its include roots are not passed on.
        target_link_libraries(${name} PRIVATE $<LINK_ONLY:${dep_name}>)
    endforeach()
    target_include_directories(${name} PRIVATE ${roots})

    if(tests AND BUILD_TESTING)
        add_executable(${name}_test ${tests})
        target_include_directories(${name}_test PRIVATE ${roots} ${PROJECT_SOURCE_DIR}/tests)
        target_link_libraries(${name}_test PRIVATE
            basekeeper_flags Boost::headers fmt::fmt-header-only Threads::Threads GTest::gmock GTest::gtest_main ${arg_LINK}
            $<LINK_ONLY:${name}>)
        gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60 PROPERTIES LABELS unit TIMEOUT 120)
    endif()
endfunction()

# see_modules(<target> <module>...): lets a program that is not a module (test, fuzz target, benchmark) use modules.
function(see_modules target)
    foreach(dep IN LISTS ARGN)
        string(REPLACE "/" "_" dep_name ${dep})
        get_target_property(dep_root ${dep_name} BASEKEEPER_ROOT)
        target_include_directories(${target} PRIVATE ${dep_root})
        target_link_libraries(${target} PRIVATE $<LINK_ONLY:${dep_name}>)
    endforeach()
    target_link_libraries(${target} PRIVATE basekeeper_flags Boost::headers fmt::fmt-header-only Threads::Threads)
endfunction()

# Compiler flags of the whole house: warnings are errors, sanitizers and hardening by preset.

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
        message(FATAL_ERROR
            "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines (double free with aggregates and lambdas in one "
            "full expression with co_await). Next step: script/bootstrap, then cmake --preset dev (clang 19).")
    endif()
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        message(FATAL_ERROR "basekeeper is built with clang 19. Next step: script/bootstrap, then script/build.")
    endif()
endif()

set(BASEKEEPER_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
option(BASEKEEPER_FUZZ "Build the libFuzzer targets" OFF)
option(BASEKEEPER_COVERAGE "Instrument for source coverage" OFF)
option(BASEKEEPER_HARDENED "Link-time optimisation and hardening of the shipped binary" OFF)

add_library(basekeeper_flags INTERFACE)
target_compile_features(basekeeper_flags INTERFACE cxx_std_23)
target_compile_options(basekeeper_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
    -Wimplicit-fallthrough -Wextra-semi -Werror
    -Wno-gnu-statement-expression-from-macro-expansion  # TRY and CO_TRY of base/result.hpp
    -Wno-missing-designated-field-initializers          # a field left out keeps the default of its struct
    -fno-omit-frame-pointer)
target_compile_definitions(basekeeper_flags INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION  # its sources are built once, in io
    BOOST_ASIO_NO_DEPRECATED
    BOOST_ASIO_DISABLE_BOOST_COROUTINE
    # Frames of coroutines are kept for reuse per thread; two, the default, is less than the depth of one call.
    BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=32)
target_link_options(basekeeper_flags INTERFACE -fuse-ld=lld-19)

if(BASEKEEPER_SANITIZE)
    target_compile_options(basekeeper_flags INTERFACE -fsanitize=${BASEKEEPER_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(basekeeper_flags INTERFACE -fsanitize=${BASEKEEPER_SANITIZE})
endif()
if(BASEKEEPER_FUZZ)
    target_compile_options(basekeeper_flags INTERFACE -fsanitize=fuzzer-no-link)
    target_link_options(basekeeper_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(BASEKEEPER_COVERAGE)
    target_compile_options(basekeeper_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
    target_link_options(basekeeper_flags INTERFACE -fprofile-instr-generate)
endif()
if(BASEKEEPER_HARDENED)
    set(CMAKE_POSITION_INDEPENDENT_CODE ON)
    target_compile_options(basekeeper_flags INTERFACE
        -flto=thin -fstack-protector-strong -fstack-clash-protection -fcf-protection -D_FORTIFY_SOURCE=2
        -D_GLIBCXX_ASSERTIONS -ffunction-sections -fdata-sections)
    target_link_options(basekeeper_flags INTERFACE
        -flto=thin -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,-z,pack-relative-relocs -Wl,--gc-sections -Wl,--as-needed
        -static-libstdc++ -static-libgcc)
endif()

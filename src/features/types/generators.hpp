// One function per language: a sorted catalogue in, the text of a source file out. Pure.
#pragma once

#include "features/types/catalogue.hpp"

#include <boost/describe/enum.hpp>

#include <string>

namespace basekeeper::types {

enum class language
{
    typescript,
    go,
    swift,
    python
};
BOOST_DESCRIBE_ENUM(language, typescript, go, swift, python)

std::string to_typescript(const catalogue& what);
std::string to_go(const catalogue& what);
std::string to_swift(const catalogue& what);
std::string to_python(const catalogue& what);

/// The text for `into`, as the generators of @supabase/postgres-meta write it.
std::string generate(const catalogue& what, language into);

} // namespace basekeeper::types

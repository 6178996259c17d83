// generate_typescript_types: the schema as types of a programming language, as Supabase's own generators write them.
#include "features/types/tools/tools.hpp"

namespace basekeeper::types::tools {
namespace {

struct args
{
    std::vector<std::string> schemas{"public"};
    types::language language = types::language::typescript;

    static constexpr auto fields = std::tuple{
        json::optional("schemas", &args::schemas, "Default: public.", {1, 100}),
        json::optional("language", &args::language),
    };
};

struct generated
{
    std::string types;

    static constexpr auto fields = std::tuple{json::required("types", &generated::types)};
};

io::task<result<generated>> run(engine& types, args in, mcp::call& c)
{
    request what{.schemas = std::move(in.schemas), .into = in.language};
    co_return generated{CO_TRY(co_await types.generate(c.instance(), std::move(what), c.deadline()))};
}

} // namespace

mcp::tool generate_typescript_types(engine& types)
{
    return mcp::make_tool<args, generated>(
        {.name = "generate_typescript_types",
         .group = "development",
         .description =
             "Generates the types of schemas for supabase-js, or for Go, Swift or Python. Save them as a file."},
        [&types](args in, mcp::call& c) { return run(types, std::move(in), c); }
    );
}

} // namespace basekeeper::types::tools

// The corpus: pairs of schemas, and a server on which they are built, changed and compared.
#pragma once

#include "features/schema_diff/plan.hpp"
#include "support/postgres_server.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace basekeeper::schema_diff {

/// Two schemas and the name of the situation between them.
struct transition
{
    std::string name;
    std::string a;
    std::string b;
};

/// Reads a file of the corpus: `-- transition: name`, `-- a`, SQL, `-- b`, SQL, and so on. Throws when it is malformed.
std::vector<transition> read_transitions(const std::filesystem::path& file);

/// The files of the corpus.
std::vector<std::filesystem::path> corpus_files();

/// Lines of `pg_dump --schema-only`, sorted, without what says nothing about the schema.
std::vector<std::string> dump_of(const std::string& url);

/// What pg-delta says of each pair of URLs: empty for no differences.
std::vector<std::string> ask_oracle(const std::vector<std::pair<std::string, std::string>>& pairs);

/// The URL of another database on the server that all tests of this program share, which has the roles of the corpus.
std::string url_of(const std::string& database);

} // namespace basekeeper::schema_diff

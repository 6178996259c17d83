// The corpus: pairs of schemas, and a server on which they are built, changed and compared.
#pragma once

#include "features/schema_diff/plan.hpp"
#include "support/postgres_server.hpp"

#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
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

/// pg-delta in a process of its own, which keeps what it read. Throws when it answers with a failure.
class oracle
{
public:
    oracle();
    ~oracle();
    oracle(const oracle&) = delete;
    oracle& operator=(const oracle&) = delete;

    /// Keeps the schema of each database under its name: pairs of name and URL.
    void read(const std::vector<std::pair<std::string, std::string>>& names_and_urls);

    /// What differs between two of them; empty for nothing.
    std::string compare(const std::string& left, const std::string& right);

private:
    std::string ask(const std::string& command);

    std::filesystem::path pipe_;
    std::FILE* from_ = nullptr;
    std::FILE* to_ = nullptr;
};

/// The URL of another database on the server that all tests of this program share, which has the roles of the corpus.
std::string url_of(const std::string& database);

} // namespace basekeeper::schema_diff

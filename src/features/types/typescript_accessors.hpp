// The types behind every generated file by which a program names a table, an enum or a composite type.
#pragma once

#include <string>

namespace basekeeper::types {

/// `Tables`, `TablesInsert`, `TablesUpdate`, `Enums` and `CompositeTypes`, over the type `Database` before them.
std::string typescript_accessors();

} // namespace basekeeper::types

# Writes OUTPUT: the JSON Schemas in SCHEMAS (a folder) as one C++ source, so that the program carries them.
file(GLOB files ${SCHEMAS}/*.schema.json)
list(SORT files)
set(rows "")
foreach(file ${files})
  file(READ ${file} text)
  get_filename_component(kind ${file} NAME)
  string(REPLACE ".schema.json" "" kind ${kind})
  string(APPEND rows "    {\"${kind}\", R\"schema(${text})schema\"},\n")
endforeach()
file(WRITE ${OUTPUT}.new
  "// Made from schemas/*.schema.json by schemas/embed.cmake.\n"
  "#include \"controller/load/schema_texts.h\"\n\n#include <array>\n\nnamespace plumb::load {\n\n"
  "std::span<const SchemaText> schema_texts() {\n"
  "  static constexpr auto kTexts = std::to_array<SchemaText>({\n${rows}  });\n  return kTexts;\n}\n\n"
  "}  // namespace plumb::load\n")
file(COPY_FILE ${OUTPUT}.new ${OUTPUT} ONLY_IF_DIFFERENT)

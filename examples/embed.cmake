# Writes OUTPUT: the manifests of the quickstart in QUICKSTART (a folder) as one C++ source, for `plumb init --demo`.
file(GLOB_RECURSE files RELATIVE ${QUICKSTART} ${QUICKSTART}/*.yaml)
list(SORT files)
set(rows "")
foreach(file ${files})
  file(READ ${QUICKSTART}/${file} text)
  string(REPLACE "$schema=../../../schemas/" "$schema=../.schemas/" text "${text}")
  string(REPLACE "$schema=../../schemas/" "$schema=.schemas/" text "${text}")
  string(APPEND rows "      {\"${file}\", R\"manifest(${text})manifest\"},\n")
endforeach()
file(WRITE ${OUTPUT}.new
  "// Made from examples/quickstart by examples/embed.cmake.\n"
  "#include \"controller/cli/init_files.h\"\n\nnamespace plumb::cli {\n\n"
  "std::vector<NewFile> demo_files() {\n  return {\n${rows}  };\n}\n\n}  // namespace plumb::cli\n")
file(COPY_FILE ${OUTPUT}.new ${OUTPUT} ONLY_IF_DIFFERENT)

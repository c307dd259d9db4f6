import Configuration

/// Readers of recipes and of words of the command line.
enum WordReading {
    static func recipe(_ bytes: [UInt8]) throws {
        let reading = try RecipeReader(workingDirectory: ScratchFile.folder).read(
            config: ScratchFile.write("recipe.yaml", bytes))
        // What a checkpoint keeps of it reads back.
        let again = try Recipe(yaml: reading.recipe.yaml, file: "args.yaml")
        precondition(again.yaml == reading.recipe.yaml, "a recipe reads back as another one")
    }

    static func words(_ bytes: [UInt8]) throws {
        let arguments = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        let (_, words) = RecipeReader.split(arguments)
        _ = try RecipeReader(workingDirectory: ScratchFile.folder).read(config: nil, words: words)
    }
}

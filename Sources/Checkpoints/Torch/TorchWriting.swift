import Diagnostics

/// Writes what `torch.load` reads.
public enum TorchWriting {
    /// The bytes of a `.pt` file whose pickle is `root`: an archive as `torch.save` makes it, every entry stored.
    ///
    /// Equal trees give equal bytes.
    public static func file(_ root: PickleTree) throws -> [UInt8] {
        let (pickle, storages) = try PickleWriter.write(root)
        var entries = [
            (name: "archive/data.pkl", bytes: pickle), (name: "archive/byteorder", bytes: Array("little".utf8)),
        ]
        for (key, storage) in storages.enumerated() {
            entries.append((name: "archive/data/\(key)", bytes: storage.bytes))
        }
        entries.append((name: "archive/version", bytes: Array("3\n".utf8)))
        return try ZipWriting.archive(entries)
    }
}

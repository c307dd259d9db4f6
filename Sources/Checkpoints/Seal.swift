import Diagnostics

extension SafeTensors {
    /// Metadata key of the digests of the tensors: `digest name` per line, by name.
    static let tensorDigestsKey = "digests"
    /// Metadata key of the digest of everything else in the metadata.
    static let sealKey = "digest"

    /// The same tensors with digests of each tensor and of the metadata among the metadata.
    public func sealed() -> SafeTensors {
        var copy = self
        copy.metadata[Self.tensorDigestsKey] = tensorDigests()
        copy.metadata[Self.sealKey] = copy.metadataDigest().description
        return copy
    }

    /// Checks the digests of a sealed file.
    ///
    /// - Throws: `Problem` naming `path` and the damaged tensor, or saying that there are no digests.
    public func checkSeal(path: String) throws {
        guard let seal = metadata[Self.sealKey], let digests = metadata[Self.tensorDigestsKey] else {
            throw Problem("carries no digests, so it is not a checkpoint of this program", file: path)
        }
        guard seal == metadataDigest().description else {
            throw Problem("is damaged: its metadata do not match their digest", file: path)
        }
        let found = tensorDigests()
        guard digests != found else { return }
        let expected = Set(digests.split(separator: "\n"))
        let names = found.split(separator: "\n").filter { !expected.contains($0) }.map { $0.dropFirst(17) }
        let which = names.first.map { "tensor '\($0)' does not match its digest" } ?? "a tensor is missing"
        throw Problem("is damaged: \(which)", file: path)
    }

    /// Name, type and shape go into a tensor's digest, so that exchanged tensors are noticed.
    private func tensorDigests() -> String {
        entries.sorted { $0.key < $1.key }.map { name, entry in
            let identity = Digest("\(name)\n\(entry.type)\n\(entry.shape)").value
            return "\(Digest(entry.bytes, seed: identity)) \(name)"
        }.joined(separator: "\n")
    }

    private func metadataDigest() -> Digest {
        let pairs = metadata.filter { $0.key != Self.sealKey }.sorted { $0.key < $1.key }
        return Digest(pairs.map { "\($0.key.utf8.count):\($0.key)\($0.value.utf8.count):\($0.value)" }.joined())
    }
}

import Diagnostics
import Documents

/// A `.pt` file: an archive with a pickle that describes, and one entry of numbers per storage.
///
/// Source: the layout that `torch.save` writes since PyTorch 1.6.
final class TorchArchive {
    let path: String
    let graph: PickleGraph
    private let archive: ZipArchive
    private let folder: String
    private var storages: [String: [UInt8]] = [:]
    /// Bytes of tensors, and of storages, that may still be made from this file.
    private var allowance: (tensors: Int, storages: Int)

    /// Opens a file that begins like a ZIP archive.
    ///
    /// - Throws: `Problem` when it is no archive of PyTorch, or its pickle is refused.
    init(_ path: String, fileSize: Int, limits: ReadingLimits) throws {
        self.path = path
        archive = try ZipArchive(path, fileSize: fileSize, limits: limits)
        let allowed = limits.tensorBytes(fileSize: fileSize)
        allowance = (allowed, allowed)
        let pickles = archive.entries.keys.filter { $0.hasSuffix("/data.pkl") && $0.count { $0 == "/" } == 1 }
        guard pickles.count == 1, let pickle = pickles.first else {
            throw Problem(
                "is a ZIP archive but no PyTorch checkpoint: it has \(pickles.count) entries 'data.pkl' in a folder",
                file: path, remedy: "Give the .pt file that the training wrote")
        }
        folder = String(pickle.dropLast("data.pkl".count))
        if let order = try archive.read(folder + "byteorder"), order != Array("little".utf8) {
            throw Problem(
                "holds numbers of a big-endian machine", file: path, remedy: "Save it again on a little-endian one")
        }
        if let entry = archive.entries[pickle], entry.size > limits.pickleBytes {
            throw Problem(
                "holds a pickle of \(entry.size) bytes, more than \(limits.pickleBytes)", file: path,
                remedy: "Use a checkpoint that holds a model and its training state only")
        }
        graph = try PickleReader.read(try archive.read(pickle) ?? [], path: path, limits: limits)
    }

    /// The numbers of a tensor in row-major order.
    ///
    /// - Throws: `Problem` when the tensor reaches outside its storage, or its storage is missing or too small.
    func entry(_ tensor: TensorRecord, name: String) throws -> SafeTensors.Entry {
        guard let type = tensor.storage.type, let size = SafeTensorsHeader.sizes[type] else {
            throw Problem(
                Node.printable("tensor '\(name)' is of \(tensor.storage.className), no weights to compute with"),
                file: path, remedy: "Save the model in 32 or 16 bits again")
        }
        guard let needed = tensor.shape.productOfSizes(times: max(size, 4)), needed <= allowance.tensors else {
            throw problem("tensor '\(name)' of shape \(tensor.shape) would need more bytes than the file can mean")
        }
        guard tensor.fitsStorage else { throw problem("tensor '\(name)' reaches outside its storage") }
        let storage = try bytes(of: tensor.storage.key)
        guard tensor.storage.count <= storage.count / size else {
            throw problem("storage \(tensor.storage.key) has fewer bytes than tensor '\(name)' needs")
        }
        allowance.tensors -= needed
        return SafeTensors.Entry(
            type: type, shape: tensor.shape, bytes: tensor.rowMajorBytes(from: storage, elementSize: size))
    }

    private func bytes(of key: String) throws -> [UInt8] {
        if let known = storages[key] { return known }
        let name = folder + "data/" + key
        guard let size = archive.entries[name]?.size, size <= allowance.storages else {
            throw problem("storage \(key) is missing from the archive, or unpacks to more than the file can mean")
        }
        allowance.storages -= size
        let bytes = try archive.read(name) ?? []
        storages[key] = bytes
        return bytes
    }

    func problem(_ message: String) -> Problem {
        Problem(Node.printable(message, limit: 300), file: path, remedy: "Copy or download the file again")
    }
}

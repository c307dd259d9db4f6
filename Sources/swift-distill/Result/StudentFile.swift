import Checkpoints
import Layers
import Models

extension Detector {
    /// The weights as a safetensors file that carries its layer table, class names and strides.
    ///
    /// - Parameters:
    ///   - half: stores 16-bit floats, as the field's final files do.
    ///   - imageSize: that it was trained at; nil when unknown.
    func file(half: Bool = false, imageSize: [Int]?) -> SafeTensors {
        var entries: [String: SafeTensors.Entry] = [:]
        for entry in weights.entries {
            let values = weights.read(entry)
            entries[entry.name] =
                half
                ? SafeTensors.Entry(halvesOf: values, shape: entry.shape)
                : SafeTensors.Entry(floats: values, shape: entry.shape)
        }
        return SafeTensors(entries: entries, metadata: metadata(imageSize: imageSize))
    }

    /// What a model file says about how to build the model.
    func metadata(imageSize: [Int]?) -> [String: String] {
        ModelFile.metadata(
            table: table.document, names: classNames, strides: strides.map { Float($0) }, imageSize: imageSize)
    }

    /// Digest of all weights.
    var digest: String {
        Digest(UnsafeRawBufferPointer(start: weights.values.pointer, count: weights.values.count * 4)).description
    }
}

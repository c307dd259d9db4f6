import Checkpoints
import Layers
import Models

extension Detector {
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

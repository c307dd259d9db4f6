import Tensors

extension Picture {
    /// The picture as a batch of one: `[1, height, width, 3]`, RGB in 0…1.
    public func tensor() -> Tensor {
        let tensor = Tensor(Shape(1, height, width, 3))
        Finish().write(self, to: tensor.pointer)
        return tensor
    }

    /// Image `number` of a batch `[N, height, width, 3]` with values in 0…1.
    public convenience init(_ images: Tensor, image number: Int) {
        self.init(height: images.shape.height, width: images.shape.width)
        let source = images.images(number..<number + 1)
        for place in 0..<byteCount {
            pixels[place] = UInt8(min(max((source.pointer[place] * 255).rounded(), 0), 255))
        }
    }
}

extension Picture {
    /// The picture at another extent.
    public func scaled(height: Int, width: Int) -> Picture { resized(self, height: height, width: width) }
}

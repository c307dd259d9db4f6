/// A picture with its objects, on their way through the augmentation.
struct Sample {
    /// An object in pixels of the picture.
    struct Object: Equatable {
        var category: Int
        /// Left, top, right, bottom.
        var box: SIMD4<Float>
    }

    var picture: Picture
    var objects: [Object]
    /// Whether the objects were outlined as polygons.
    var hasPolygons: Bool
}

extension Sample {
    /// Image `index` as it is loaded, with its labels in pixels.
    init(_ store: PictureStore, _ index: Int, _ timer: StageTimer) throws {
        picture = try store.picture(index, timer: timer)
        let entry = store.catalog.entries[index]
        hasPolygons = entry.hasPolygons
        let extent = SIMD4(
            Float(picture.width), Float(picture.height), Float(picture.width), Float(picture.height))
        objects = entry.objects.map { Object(category: $0.category, box: corners($0.box) * extent) }
    }

    /// Keeps what lies in the picture; objects without area go.
    mutating func clip() {
        let limit = SIMD4(
            Float(picture.width), Float(picture.height), Float(picture.width), Float(picture.height))
        objects = objects.compactMap { object in
            let box = object.box.clamped(lowerBound: SIMD4(), upperBound: limit)
            return box.z > box.x && box.w > box.y ? Object(category: object.category, box: box) : nil
        }
    }

    /// Labels in fractions of the picture.
    func labels(image: Int) -> [BoxLabels.Object] {
        let size = SIMD2(Float(picture.width), Float(picture.height))
        return objects.map { object in
            let low = object.box.lowHalf, high = object.box.highHalf
            let centre = (low + high) / 2 / size, extent = (high - low) / size
            return BoxLabels.Object(
                image: image, category: object.category, box: SIMD4(lowHalf: centre, highHalf: extent))
        }
    }
}

/// Left, top, right, bottom of centre, width, height.
func corners(_ box: SIMD4<Float>) -> SIMD4<Float> {
    let half = box.highHalf / 2
    return SIMD4(lowHalf: box.lowHalf - half, highHalf: box.lowHalf + half)
}

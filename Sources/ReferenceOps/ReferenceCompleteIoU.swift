import Foundation

/// Complete IoU of two boxes (x1, y1, x2, y2), and the weight of its shape term.
///
/// - Parameter weight: given, the shape term is weighted by it: derivatives count the weight as a constant.
public func referenceCompleteIoU(
    _ a: [Double], _ b: [Double], weight given: Double? = nil
) -> (value: Double, weight: Double) {
    let e = 1e-7
    let (w1, h1) = (a[2] - a[0], a[3] - a[1] + e)
    let (w2, h2) = (b[2] - b[0], b[3] - b[1] + e)
    let across = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    let down = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    let intersection = across * down
    let iou = intersection / (w1 * h1 + w2 * h2 - intersection + e)
    let cw = max(a[2], b[2]) - min(a[0], b[0])
    let ch = max(a[3], b[3]) - min(a[1], b[1])
    let dx = b[0] + b[2] - a[0] - a[2]
    let dy = b[1] + b[3] - a[1] - a[3]
    let v = 4 / (Double.pi * Double.pi) * pow(atan(w2 / h2) - atan(w1 / h1), 2)
    let weight = given ?? v / (1 - iou + v + e)
    return (iou - ((dx * dx + dy * dy) / 4 / (cw * cw + ch * ch + e) + v * weight), weight)
}

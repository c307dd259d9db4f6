/// The classes of the embedded data set, in the order of their numbers.
enum Category: Int, CaseIterable {
    case fire, lightning, person, smoke, vehicle

    var name: String {
        switch self {
        case .fire: "FireBSI"
        case .lightning: "LightningBSI"
        case .person: "PersonBSI"
        case .smoke: "SmokeBSI"
        case .vehicle: "VehicleBSI"
        }
    }
}

from mainspring.kernel.resource import Resource

from .models import Inspection, Vehicle


class Vehicles(Resource):
    model = Vehicle
    menu = "Fleet"
    columns = "plate model_name phone keeper site seats bought_on"
    search = "plate model_name phone"
    filters = "keeper site seats bought_on"
    form = "plate model_name phone | keeper site seats bought_on"
    related = {"Inspections": ("mainspring_fleet/inspections", "vehicle")}
    dimensions = "keeper site bought_on"
    measures = "seats"


class Inspections(Resource):
    model = Inspection
    menu = "Fleet"
    columns = "number vehicle__plate done_on state mileage total"
    search = "number vehicle__plate"
    filters = "state vehicle done_on"
    form = "vehicle done_on mileage | note"
    lines = "finding quantity price"
    line_totals = "total"
    dimensions = "vehicle state done_on"
    measures = "total mileage"
    calendar = "done_on"

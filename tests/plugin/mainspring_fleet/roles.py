from mainspring.kernel.roles import grant, role

role("fleet_keeper", "Keeper of vehicles")
grant("fleet_keeper", "fleet.vehicle", "view change hand_over", "own")
grant("fleet_keeper", "fleet.inspection", "view create change submit cancel", "own")
role("fleet_manager", "Fleet manager")
grant("fleet_manager", "fleet.*", "*", "company")
grant("fleet_manager", "fleet.vehicle", "view", "company", phone="clear")
role("fleet_guest", "Guest of the fleet")
grant("fleet_guest", "fleet.vehicle", "view", "company", plate="mask", seats="hide")

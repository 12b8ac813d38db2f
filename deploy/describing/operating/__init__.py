"""What operators read: settings, values of the chart, alarms and runbooks."""

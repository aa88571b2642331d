"""Questions over typed tables, with the SQL that anybody can check and change, the rows it rests on and a chart."""
